//! Did you mean: the known name nearest to a mistyped one.

/// The candidate nearest to `name`, if one is near enough to be what was meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let length = name.chars().count();
    // Names of one or two letters are near to everything.
    let limit = length / 3;
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let slip = candidates
        .iter()
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), *c))
        .filter(|(distance, _)| *distance <= limit)
        // Of two that are as near, the longer one: letters are left out more often than put in.
        .min_by_key(|(distance, c)| (*distance, usize::MAX - c.len()));
    let begun = || candidates.iter().find(|c| length > 2 && c.to_lowercase().starts_with(&lower)).copied();
    slip.map(|(_, c)| c).or_else(begun)
}

#[cfg(test)]
mod tests {
    use super::nearest;

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
}
