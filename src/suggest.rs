//! Did you mean: the known name nearest to a mistyped one.

/// The candidate nearest to `name`, if one is near enough to be what was meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let limit = 1 + name.chars().count() / 3;
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), c))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, c)| (*distance, c.len()))
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_typing_slips_only() {
        let known = ["linear", "dropout", "layer_norm"];
        assert_eq!(nearest("liner", known), Some("linear"));
        assert_eq!(nearest("LayerNorm", known), Some("layer_norm"));
        assert_eq!(nearest("transformer", known), None);
    }
}
