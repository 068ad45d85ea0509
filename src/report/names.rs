//! What people call a measure: as the experiment says, else `test_accuracy` is "Test accuracy". Owns the words of pages, papers and
//! pictures; programs keep the names that are typed, and so do terminals where the experiment gives no other.

pub use crate::measured::spelt::capital;
use crate::measured::spelt::spelt;
use crate::record::MeasureInfo;

/// "test accuracy", "test F1 of class 2", "test error of the worst subject": within a sentence.
pub fn spoken(measure: &MeasureInfo) -> String {
    measure.label.clone().unwrap_or_else(|| spelt(&measure.name))
}

/// "Test accuracy": alone, or at the beginning.
pub fn title(measure: &MeasureInfo) -> String {
    measure.label.clone().unwrap_or_else(|| capital(&spelt(&measure.name)))
}

/// A text with every one of these measures called as people call it, with a capital where the text begins with it.
pub fn said<'n>(text: &str, measures: impl IntoIterator<Item = &'n MeasureInfo>) -> String {
    let mut known: Vec<&MeasureInfo> = measures.into_iter().filter(|info| info.name.contains(['_', '['])).collect();
    // `test_f1[2]` before `test_f1`.
    known.sort_by_key(|info| std::cmp::Reverse(info.name.len()));
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '[';
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let begins = said.chars().next_back().is_none_or(|before| !is_part(before));
        let ends = |info: &&&MeasureInfo| rest[info.name.len()..].chars().next().is_none_or(|after| !is_part(after));
        match known.iter().filter(|info| begins && rest.starts_with(&info.name)).find(ends) {
            Some(info) => {
                said += &if said.is_empty() { title(info) } else { spoken(info) };
                rest = &rest[info.name.len()..];
            }
            None => {
                said.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    said
}

/// A text for a terminal: with the names that the experiment gives measures, and no others.
pub fn labelled<'n>(text: &str, measures: impl IntoIterator<Item = &'n MeasureInfo>) -> String {
    said(text, measures.into_iter().filter(|info| info.label.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{OneOf, Unit};

    fn info(name: &str, label: Option<&str>) -> MeasureInfo {
        let label = label.map(str::to_string);
        MeasureInfo { name: name.into(), label, unit: Unit::Plain, lower_is_better: true, one_of: OneOf::Run }
    }

    #[test]
    fn measures_have_names_for_people() {
        for (typed, written) in [
            ("test_accuracy", "Test accuracy"),
            ("generalization_gap", "Generalization gap"),
            ("test_gs", "Test GS"),
            ("test_f1[2]", "Test F1 of class 2"),
            ("test_f1[stairs, up]", "Test F1 of stairs, up"),
            ("test_accuracy_worst_subject", "Test accuracy of the worst subject"),
            ("test_f1[2]_worst_home", "Test F1 of class 2 of the worst home"),
            ("test_cohen_kappa", "Test Cohen's kappa"),
            ("mean_ap", "Mean AP"),
            ("map", "mAP"),
            ("", ""),
        ] {
            assert_eq!(title(&info(typed, None)), written);
        }
    }

    #[test]
    fn a_text_names_them_as_people_do() {
        let known = ["test_error", "test_f1", "test_f1[2]", "loss"].map(|name| info(name, None));
        let known = known.each_ref();
        assert_eq!(said("test_error (%) ↓", known), "Test error (%) ↓");
        assert_eq!(
            said("7 runs without test_f1[2] and test_f1: no test_error_x, loss.", known),
            "7 runs without test F1 of class 2 and test F1: no test_error_x, loss."
        );
    }

    #[test]
    fn what_an_experiment_calls_them_is_what_people_read() {
        let known = [info("test_error", Some("error_rate of mAP [new]")), info("test_f1", None)];
        let text = "test_error and test_f1, test_error";
        assert_eq!(said(text, &known), "error_rate of mAP [new] and test F1, error_rate of mAP [new]");
        assert_eq!(labelled(text, &known), "error_rate of mAP [new] and test_f1, error_rate of mAP [new]");
        assert_eq!((title(&known[0]), spoken(&known[0])), (spoken(&known[0]), "error_rate of mAP [new]".into()));
    }
}
