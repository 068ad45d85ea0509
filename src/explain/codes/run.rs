//! Pages of what goes wrong while data is read and while a run trains: the files or the numbers are wrong, not the program.

use super::Page;

/// A page without a program.
const fn page(code: &'static str, what: &'static str, why: &'static str) -> Page {
    Page { code, what, why, wrong: "", right: "" }
}

pub const PAGES: &[Page] = &[
    page(
        "file-missing",
        "a file of the dataset is not there",
        "The path begins at the working directory, then at the program's folder; with `--data FOLDER` there alone. Correct the path after `from`, \
         or point `--data` at the folder that has the file.",
    ),
    page(
        "path-outside",
        "a path leads out of the folders that a program may read",
        "A program reads files below the working directory and its own folder, or below the folders of `--data` (`--root` of `mhm check`); \
         `..`, symbolic links and names in lists lead no further. Move the file there, or name its folder as well: \
         `--data . --data /mnt/features`. A path given with `--set` on the command line may lead anywhere.",
    ),
    page(
        "file-unreadable",
        "a file of the dataset cannot be opened",
        "It is a folder, or the system refuses it. Name the file itself, and see that you may read it.",
    ),
    page(
        "too-little-memory",
        "a dataset takes more memory than is free",
        "Asked of headers before anything is read: a packed archive may hold a thousand times what it weighs. The machine, the \
         container, `ulimit` and Slurm decide what is free. Keep less in memory with `--array-memory`, save arrays unpacked, or \
         take fewer samples; `mhm run --force` tries all the same.",
    ),
    page(
        "format-unknown",
        "a file's ending names no format that can be read",
        "Files are `.npz`, `.npy` and `.csv`. Convert it, for example with `numpy.savez`.",
    ),
    page(
        "archive-broken",
        "a file is no NumPy archive",
        "It has another format under the name `.npz`, or was cut off. Write it with `numpy.savez`, or download it again.",
    ),
    page(
        "array-missing",
        "the file has no array or column of that name",
        "The message lists those there are. Correct the name in `npz(…)` or `csv(…)`; where it holds `{split}`, the key \
         of the split stands there.",
    ),
    page(
        "array-broken",
        "an array's header cannot be read",
        "It is no NumPy array, or a damaged one. Write it with `numpy.save` or `numpy.savez`.",
    ),
    page(
        "array-truncated",
        "an array is cut off",
        "Its header promises more numbers than follow. Write or download the file again.",
    ),
    page(
        "array-too-large",
        "an array has more numbers than are read",
        "Leave away what the program does not need, or split the data into several arrays.",
    ),
    page(
        "dtype-unreadable",
        "an array does not hold plain numbers",
        "Floats, whole numbers and booleans are read; objects, texts and complex numbers are not. Convert it before \
         saving: `x.astype(\"float32\")`.",
    ),
    page(
        "table-broken",
        "a file is no table of comma-separated values",
        "Its first line names the columns, and every other line has as many values. Mend the line that the message names.",
    ),
    page(
        "column-twice",
        "two columns of the table have the same name",
        "It is not clear which one is meant. Rename one of them in the file's first line.",
    ),
    page(
        "no-number",
        "a table holds something that is no number",
        "The message says where. Write words as numbers, and numbers with a point. An empty field, `NA` and `nan` are missing \
         numbers, which `|> replace(nan: 0)` fills.",
    ),
    page(
        "constant-feature",
        "a feature has one value in all samples of `train`",
        "Nothing can be learned of it. `standardize` makes it 0 there, and elsewhere the difference from that value. Leave it out, or \
         look where it comes from.",
    ),
    page(
        "lost-feature",
        "a feature varies in the file by less than 32-bit floats do",
        "Networks compute in 32-bit floats, where it is constant. `|> standardize` takes its mean off first, in 64 bits.",
    ),
    page(
        "unseen-class",
        "a class is declared that no sample of a split has",
        "Nothing is learned of it where that is `train`, and nothing measured of it elsewhere. Class ids are counted from 0: of \
         labels 1 and 2, `class(2)` is right once 1 is taken off each. `random(0.2, stratified: true)` takes the same share of \
         every class.",
    ),
    page(
        "unused-rows",
        "samples of the files are in no split",
        "Nothing is trained or measured on them. Where that is not meant, a split `rest` takes what the others leave.",
    ),
    page(
        "lost-digits",
        "numbers of a target are rounded by more than a thousandth of their range",
        "Networks and metrics compute in 32-bit floats, which have seven digits. Take a number near the mean off before saving, \
         as of seconds since 1970.",
    ),
    page(
        "not-a-mask",
        "a mask holds something besides 0 and 1",
        "A mask says of every step whether it is there. `|> mask` makes one of lengths; weights of another kind are multiplied in \
         the network.",
    ),
    page(
        "id-out-of-range",
        "a modality that `embedding` reads holds something that is no id",
        "`embedding(n, width)` has a row for each whole number from 0 to n - 1, and -1 is nothing. Raise n, or number what the \
         file holds; ids are not standardized.",
    ),
    page(
        "not-finite",
        "there is a NaN or an infinity among the data",
        "One such number makes every weight NaN. Fill in or drop the sample. Where it comes from `standardize`, the \
         feature hardly varies in the training split: leave the feature or the preparation away.",
    ),
    page(
        "shape-differs",
        "an array has another shape than is declared",
        "The first axis of an array is the samples, the others are those of the declaration. Correct the sizes after the \
         modality's name, or save the array in that shape.",
    ),
    page(
        "samples-differ",
        "arrays of one dataset have different numbers of samples",
        "Row i of every modality and target is sample i. Write all arrays from the same list of samples.",
    ),
    page(
        "class-out-of-range",
        "a target holds something that is no class",
        "`class(n)` takes whole numbers from 0 to n - 1. Raise n, or count the classes from 0.",
    ),
    page(
        "not-zero-or-one",
        "a target of `multi` holds something besides 0 and 1",
        "`multi(n)` has a 1 for every class that applies, else a 0. For one class of n use `class(n)`, for numbers `real`.",
    ),
    page(
        "rows-beyond-end",
        "a split has rows that the files do not have",
        "`rows(start, end)` counts from 0, without `end` itself. The message says how many there are.",
    ),
    page(
        "sample-in-two-splits",
        "a sample is in two splits",
        "The lists of two splits name the same row or sample, so what is learned on one would be tested on the same \
         sample. The message says where each list names it: take it out of one of them.",
    ),
    page(
        "sample-twice",
        "a split names a sample twice",
        "A sample is in its split once. The message says where it stands in the lists: remove one of the two.",
    ),
    page(
        "pickle-refused",
        "a pickle asks for something that is not read",
        "A pickle is a program that may call anything. This one is read, never run: arrays, numbers, texts, dictionaries \
         and lists. Save those alone, with `pickle.dump` or `numpy.savez`.",
    ),
    page(
        "no-row-number",
        "a list of row numbers holds something else",
        "`indices` reads whole numbers from 0, one a row. Names of samples are read by `names`, a range is `rows(start, \
         end)`.",
    ),
    page(
        "not-prepared",
        "a preparation does not fit what it is given",
        "What stands behind `|>` takes arrays of a certain kind: `mask` one number a sample, `argmax` rows of numbers, \
         `resample` sequences. The message names the preparation, the file and the row.",
    ),
    page(
        "file-changed",
        "a file of data was changed while it was in use",
        "Files of data are hashed when a run begins, and all that is read of them later is held against that hash: a result of a \
         changed file would be of no data that there is. Nothing of it was kept. Put the old file back and run again: runs go on \
         from their checkpoints. Or run again to train all on the new one, and leave files alone until a run ends.",
    ),
    page(
        "data-lost",
        "data could not be read any more while a run was going on",
        "Arrays that do not fit into memory are read whenever a batch needs them. The file was taken away, changed or cut \
         off meanwhile, or the disk failed. Put it back and run again: finished runs are kept.",
    ),
    page(
        "empty-split",
        "a split has no samples",
        "Its share is too small, or earlier splits took everything. Change the shares, or leave the split away.",
    ),
    page(
        "too-many-samples",
        "the dataset has more samples than can be numbered",
        "Samples are numbered in 32 bits. Take a part of them.",
    ),
    page(
        "dataset-unsound",
        "a dataset is read in a way that does not fit together",
        "The declaration and the files contradict each other where the checker could not see it. The message says in \
         which modality, target or split.",
    ),
    page(
        "events-malformed",
        "a file of events is not as it should be",
        "Annotations are `{\"database\": {VIDEO: {\"subset\": …, \"annotations\": [{\"label\": …, \"segment\": [start, \
         end]}]}}}`, detections `{\"results\": {VIDEO: [{\"label\": …, \"score\": …, \"segment\": [start, end]}]}}`, and a \
         table of events has rows of sample, class, start and end. The message says where and what was found.",
    ),
    page(
        "file-too-large",
        "a file of events is too large to be one",
        "Such files are read whole. Take the videos that are needed.",
    ),
    page(
        "subset-missing",
        "no video of the annotations is of the subset",
        "The message lists the subsets there are; write one of them, or leave `subset` away for all videos.",
    ),
    page(
        "label-unknown",
        "an event has a label that is none of the classes",
        "Correct the label, or list all of them in the source's `labels`.",
    ),
    page(
        "too-many-events",
        "a sample has more events than its target has room for",
        "`events(20)` has room for 256 a sample; the message says what to write instead.",
    ),
    page(
        "duration-missing",
        "nothing says how many seconds a video lasts",
        "Points in time are turned into seconds by it. Name the feature files, `features: \"rgb/{name}.npy\"`, or say \
         `duration: 30`.",
    ),
    page(
        "diverged",
        "the loss became infinite or NaN",
        "The steps were too large. Lower the learning rate, add `clip 1.0`, begin with `rate warm_up(…)`, or prepare the \
         modalities with `standardize`. The message says in which phase and at which step.",
    ),
    page(
        "no-samples",
        "a phase has no samples to train on",
        "The set after `on` is empty for this dataset: fewer samples than folds, or an intersection of nothing. Use fewer \
         folds or another set.",
    ),
    page(
        "one-value",
        "a batch gives a layer that takes statistics of it one value a feature",
        "One value has no variance, so `batch_norm` would make it 0. Train on more samples or in larger batches, or use \
         `layer_norm`, which takes mean and variance of each sample.",
    ),
    page(
        "other-checkpoint",
        "a checkpoint does not fit the run that is to go on from it",
        "It has other weights, or stands at a place the schedule does not have: the file was moved, or written by another \
         version. Delete the run's folder below `checkpoints`, and the run begins anew.",
    ),
    page(
        "thawed",
        "a phase changed a module that it does not train",
        "Every frozen module is held against what it was before the phase. This is a bug of this \
         program, not of your file: please report it with the file.",
    ),
    page(
        "interrupted",
        "the run was stopped before its end",
        "Nothing is wrong: Ctrl-C, or the end of the job. Started again, it gives what it would have given.",
    ),
];
