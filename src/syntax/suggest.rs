//! Did you mean: the known name that a mistyped or foreign one stands for. Owns the table of what other libraries call
//! things, and how near a name must be.

use crate::diagnostic::Safety;

/// Longest name that is compared letter by letter, and names that it is compared with.
const LETTERS: usize = 64;
const COMPARED: usize = 4096;

/// What PyTorch, Keras, Lightning, scikit-learn and NumPy call what has the first name here: in small letters, without `_`.
#[rustfmt::skip]
const SYNONYMS: &[(&str, &[&str])] = &[
    // Layers and ops.
    ("linear", &["dense", "fc", "fullyconnected", "lazylinear", "affine"]),
    ("leaky_relu", &["lrelu"]),
    ("sigmoid", &["logistic"]),
    ("batch_norm", &["batchnorm1d", "batchnorm2d", "batchnormalization", "bn"]),
    ("layer_norm", &["layernormalization", "ln"]),
    ("conv1d", &["convolution1d", "temporalconv"]),
    ("attention", &["multiheadattention", "multiheadselfattention", "selfattention", "mha"]),
    ("embedding", &["embed", "embeddings"]),
    ("concat", &["cat", "concatenate", "hstack"]),
    ("mean", &["average", "avg", "averagepooling", "avgpool", "globalaveragepooling1d"]),
    ("max", &["maximum", "amax", "maxpool", "globalmaxpooling1d"]),
    ("matmul", &["mm", "bmm"]),
    ("reshape", &["view"]),
    ("transpose", &["permute", "swapaxes"]),
    ("slice", &["narrow"]),
    ("mul", &["multiply", "times"]),
    ("sub", &["subtract", "minus"]),
    ("product", &["prod"]),
    ("positions", &["positionalencoding", "positionalembedding"]),
    // Losses.
    ("cross_entropy", &["crossentropyloss", "ce", "celoss", "categoricalcrossentropy", "sparsecategoricalcrossentropy"]),
    ("mse", &["mseloss", "meansquarederror", "l2", "l2loss"]),
    ("l1", &["l1loss", "mae", "meanabsoluteerror"]),
    ("smooth_l1", &["smoothl1loss", "huber", "huberloss"]),
    ("bce", &["bceloss", "binarycrossentropy"]),
    ("bce_with_logits", &["bcewithlogitsloss", "sigmoidcrossentropy"]),
    ("focal", &["focalloss", "sigmoidfocalloss"]),
    ("multilabel_soft_margin", &["multilabelsoftmarginloss"]),
    // Metrics.
    ("accuracy", &["acc", "top1", "accuracyscore", "categoricalaccuracy", "sparsecategoricalaccuracy", "binaryaccuracy"]),
    ("balanced_accuracy", &["balancedaccuracyscore", "uar"]),
    ("error", &["errorrate", "err"]),
    ("f1", &["f1score", "fscore", "macrof1"]),
    ("auroc", &["auc", "rocauc", "rocaucscore"]),
    ("average_precision", &["ap", "averageprecisionscore", "auprc", "prauc"]),
    ("precision", &["precisionscore", "ppv"]),
    ("recall", &["recallscore", "sensitivity", "tpr"]),
    ("specificity", &["tnr", "truenegativerate"]),
    ("cohen_kappa", &["kappa", "cohenkappascore", "cohenskappa"]),
    ("mcc", &["matthewscorrcoef", "matthews", "phi"]),
    ("top_k", &["topkaccuracy", "topkaccuracyscore", "topkcategoricalaccuracy"]),
    ("calibration_error", &["ece", "expectedcalibrationerror"]),
    ("mae", &["meanabsoluteerror", "l1"]),
    ("rmse", &["rootmeansquarederror"]),
    ("correlation", &["pearson", "pearsonr", "corr", "pearsoncorrcoef"]),
    ("mean_ap", &["map", "meanaverageprecision"]),
    // Optimizers and learning-rate schedules.
    ("sgd", &["momentum", "gradientdescent"]),
    ("cosine", &["cosineannealinglr", "cosineannealing", "cosinedecay", "cosinelr"]),
    ("step", &["steplr", "stepdecay"]),
    ("milestones", &["multisteplr", "multistep"]),
    ("plateau", &["reducelronplateau"]),
    ("constant", &["constantlr"]),
    ("warm_up", &["linearwarmup", "warmupsteps", "numwarmupsteps"]),
    // Parameters.
    ("weights", &["weight", "classweight", "classweights"]),
    ("positive", &["posweight", "scaleposweight"]),
    ("lr", &["learningrate", "eta", "stepsize"]),
    ("weight_decay", &["wd", "l2", "decay"]),
    ("width", &["outfeatures", "units", "hidden", "hiddensize", "hiddendim", "features", "outchannels", "filters", "dim", "size", "embeddim"]),
    ("entries", &["numembeddings", "inputdim", "vocabsize"]),
    ("heads", &["numheads", "nheads", "nhead"]),
    ("kernel", &["kernelsize"]),
    ("stride", &["strides"]),
    ("bias", &["usebias"]),
    ("p", &["rate", "prob", "dropout", "dropoutrate"]),
    ("axis", &["dim", "axes"]),
    ("axes", &["dim", "axis", "dims"]),
    ("start", &["from", "begin"]),
    ("end", &["to", "stop"]),
    ("eps", &["epsilon"]),
    ("beta1", &["b1"]),
    ("beta2", &["b2"]),
    ("factor", &["gamma"]),
    ("at", &["milestones"]),
    ("floor", &["etamin", "minlr"]),
    ("share", &["fraction", "trainsize", "ratio"]),
    ("per_class", &["nsamples", "samples"]),
    ("stratified", &["stratify"]),
    // Data.
    ("standardize", &["standardise", "zscore", "standardscaler"]),
    ("normalize", &["normalise", "l2normalize"]),
    ("one_hot", &["tocategorical"]),
    ("replace", &["fillna", "nantonum"]),
    ("rest", &["remainder", "others"]),
    ("validation", &["val", "valid", "dev"]),
    ("pickle", &["pkl"]),
    ("hdf5", &["h5", "h5py"]),
    ("mat", &["matlab", "loadmat"]),
    ("class", &["classes", "categorical", "category", "label"]),
    ("real", &["float", "regression", "number", "continuous"]),
    ("multi", &["multilabel", "multihot"]),
    // Types.
    ("Int", &["integer", "int32", "int64", "i32", "i64", "long"]),
    ("Float", &["double", "float32", "float64", "f32", "f64", "number", "real"]),
    ("Bool", &["boolean"]),
    ("String", &["str", "text", "path"]),
    ("List", &["array", "tuple", "sequence"]),
    ("Length", &["duration", "amount"]),
    // Library items.
    ("EndToEnd", &["e2e", "ete"]),
    ("Mhm", &["multiheadmodularization"]),
    ("TwoMoons", &["moons", "makemoons"]),
    ("SwissRoll", &["makeswissroll"]),
    // Sets.
    ("except", &["without", "excluding", "allbut"]),
];

/// Units of length by other words.
pub fn unit(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "iterations" | "iteration" | "iters" | "iter" | "updates" | "batches" | "its" => "steps",
        "passes" | "ep" | "eps" | "epoche" | "epochen" | "epoch_s" => "epochs",
        "turns" | "cycles" => "rounds",
        "examples" | "instances" | "items" => "samples",
        _ => return None,
    })
}

/// The candidate that `name` stands for, and whether that is sure: the same letters, a synonym, or the only one within one
/// slip of a word that is long enough.
pub fn meant<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<(&'a str, Safety)> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let plain = plain(name);
    let same = candidates.iter().find(|c| **c != name && self::plain(c) == plain);
    let synonym = || candidates.iter().find(|c| is_synonym(c, &plain));
    if let Some(found) = same.or_else(synonym) {
        return Some((found, Safety::Safe));
    }
    in_parts(name, &candidates).or_else(|| within_slips(name, &candidates))
}

/// The same among names of the writer's own, of which either may be the mistyped one: only a synonym is sure.
pub fn declared<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<(&'a str, Safety)> {
    let (near, safety) = meant(name, candidates)?;
    let foreign = is_synonym(near, &plain(name)) || in_parts(name, &[near]).is_some();
    Some((near, if foreign { safety } else { Safety::Unsafe }))
}

/// The candidate nearest to `name`, if one is near enough to be what was meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    meant(name, candidates).map(|(near, _)| near)
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

fn is_synonym(ours: &str, plain: &str) -> bool {
    SYNONYMS.iter().any(|(name, theirs)| *name == ours && theirs.contains(&plain))
}

/// `val_acc` for `validation_accuracy`.
fn in_parts<'a>(name: &str, candidates: &[&'a str]) -> Option<(&'a str, Safety)> {
    let (first, rest) = name.split_once('_')?;
    let fits = |theirs: &str, ours: &str| theirs == ours || is_synonym(ours, &plain(theirs));
    let mut found = candidates
        .iter()
        .filter(|c| c.match_indices('_').any(|(at, _)| fits(first, &c[..at]) && fits(rest, &c[at + 1..])));
    found.next().map(|c| (*c, Safety::Safe))
}

fn within_slips<'a>(name: &str, candidates: &[&'a str]) -> Option<(&'a str, Safety)> {
    let lower = name.to_lowercase();
    let length = name.chars().count();
    if length > LETTERS {
        return None;
    }
    // Names of one or two letters are near to everything.
    let limit = length / 3;
    // As many slips as letters more or fewer there are at least.
    let near = |c: &&&str| c.chars().count().abs_diff(length) <= limit;
    let mut slips: Vec<(usize, &str)> = candidates
        .iter()
        .filter(near)
        .take(COMPARED)
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), *c))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    // Of two that are as near, the longer one: letters are left out more often than put in.
    slips.sort_by_key(|(distance, c)| (*distance, usize::MAX - c.len()));
    let begun = || candidates.iter().find(|c| length > 2 && c.to_lowercase().starts_with(&lower)).copied();
    match slips[..] {
        [] => begun().map(|c| (c, Safety::Unsafe)),
        [(distance, c), ref others @ ..] => {
            let only = others.iter().all(|(other, same)| *other > distance || *same == c);
            let sure = distance == 1 && length >= 4 && only;
            Some((c, if sure { Safety::Safe } else { Safety::Unsafe }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SYNONYMS, Safety, meant, nearest, plain};

    #[test]
    fn finds_typing_slips_only() {
        let known = ["linear", "dropout", "layer_norm"];
        assert_eq!(nearest("liner", known), Some("linear"));
        assert_eq!(nearest("liner", ["line", "linear"]), Some("linear"));
        assert_eq!(nearest("LayerNorm", known), Some("layer_norm"));
        assert_eq!(nearest("transformer", known), None);
        assert_eq!(nearest("drop", known), Some("dropout"));
        assert_eq!(nearest("x", ["y", "z"]), None);
    }

    #[test]
    fn words_of_other_libraries_come_before_near_letters() {
        for (theirs, known, ours) in [
            ("Dense", &["linear", "sense"][..], "linear"),
            ("acc", &["acc7", "acc5", "accuracy"], "accuracy"),
            ("CrossEntropyLoss", &["cross_entropy", "bce"], "cross_entropy"),
            ("learning_rate", &["eps", "lr"], "lr"),
            ("BatchNorm1d", &["batch_norm", "layer_norm"], "batch_norm"),
            ("val_acc", &["validation_accuracy", "validation_acc7", "test_accuracy"], "validation_accuracy"),
            ("val_loss", &["train_loss", "validation_loss"], "validation_loss"),
        ] {
            assert_eq!(meant(theirs, known.iter().copied()), Some((ours, Safety::Safe)), "{theirs}");
        }
    }

    #[test]
    fn only_what_is_certain_is_safe() {
        assert_eq!(meant("dropuot", ["dropout"]), Some(("dropout", Safety::Safe)));
        assert_eq!(meant("drouput", ["dropout"]).map(|(_, safety)| safety), Some(Safety::Unsafe));
        assert_eq!(meant("acc", ["acc7", "acc5"]).map(|(_, safety)| safety), Some(Safety::Unsafe));
        assert_eq!(meant("drop", ["dropout"]), Some(("dropout", Safety::Unsafe)));
    }

    #[test]
    fn the_table_is_in_plain_letters_and_says_nothing_twice() {
        for (ours, theirs) in SYNONYMS {
            for (at, word) in theirs.iter().enumerate() {
                assert!(*word == plain(word) && plain(ours) != *word && !theirs[..at].contains(word), "{ours}: {word}");
            }
        }
    }

    #[test]
    fn cost_is_bounded() {
        let long = "x".repeat(1 << 20);
        assert_eq!(meant(&long, ["linear"]), None);
    }
}
