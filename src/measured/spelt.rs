//! Names of measures in words, as people read them where an experiment gives no other: `test_accuracy` is "Test accuracy".

/// Words that are not written as they are typed.
const WRITTEN: [(&str, &str); 14] = [
    ("acc2", "Acc-2"),
    ("acc5", "Acc-5"),
    ("acc7", "Acc-7"),
    ("ap", "AP"),
    ("auroc", "AUROC"),
    ("cohen", "Cohen's"),
    ("f1", "F1"),
    ("gs", "GS"),
    ("iou", "IoU"),
    ("mae", "MAE"),
    ("map", "mAP"),
    ("mcc", "MCC"),
    ("mse", "MSE"),
    ("rmse", "RMSE"),
];

/// "test F1 of class 2", "test error of the worst subject".
pub fn spelt(measure: &str) -> String {
    let (head, class, tail) =
        match measure.split_once('[').and_then(|(head, rest)| Some((head, rest.rsplit_once(']')?))) {
            Some((head, (class, tail))) => (head, Some(class), tail),
            None => (measure, None, ""),
        };
    let (head, worst) = parted(head);
    let (tail, worst_after) = parted(tail);
    let mut said = words(head);
    if let Some(class) = class {
        let number = class.chars().all(|c| c.is_ascii_digit());
        said += &if number { format!(" of class {class}") } else { format!(" of {class}") };
    }
    if !tail.is_empty() {
        said += &format!(" {}", words(tail));
    }
    match worst.or(worst_after) {
        Some(group) => format!("{said} of the worst {}", words(group)),
        None => said,
    }
}

/// What is measured, and the group whose worst it is of.
fn parted(name: &str) -> (&str, Option<&str>) {
    name.split_once("_worst_").map_or((name, None), |(head, group)| (head, Some(group)))
}

fn words(name: &str) -> String {
    let word =
        |word: &str| WRITTEN.iter().find(|(typed, _)| *typed == word).map_or(word, |(_, written)| written).to_string();
    let words: Vec<String> = name.split('_').filter(|word| !word.is_empty()).map(word).collect();
    words.join(" ")
}

/// With a capital; "mAP" has its own.
pub fn capital(text: &str) -> String {
    let first = text.split(' ').next().unwrap_or_default();
    if first.chars().any(char::is_uppercase) {
        return text.to_string();
    }
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
