//! What a row made, in the words of the language.

/// What a row made, as the language writes it: `adam(lr: 0.003)`.
pub trait Written {
    fn word(&self) -> &'static str;

    /// Name, value and default of every argument.
    fn all_arguments(&self) -> Vec<(&'static str, String, Option<String>)>;

    /// Whether the first argument is written without its name, wherever it is said.
    fn leads(&self) -> bool {
        false
    }

    /// `lr: 0.003`; those that are their defaults are left away, and so is the name of the only one that is needed.
    fn arguments(&self) -> Vec<String> {
        let all = self.all_arguments();
        let first = all.first().map(|(name, ..)| *name);
        let only = all.first().filter(|(_, _, default)| default.is_none()).map(|(name, ..)| *name);
        let told: Vec<_> = all.into_iter().filter(|(_, value, default)| default.as_ref() != Some(value)).collect();
        let alone = told.len() == 1;
        let leads = |name| first == Some(name) && self.leads();
        let write = |(name, value, _)| {
            if (alone && only == Some(name)) || leads(name) { value } else { format!("{name}: {value}") }
        };
        told.into_iter().map(write).collect()
    }

    /// With these arguments in front: the output and the target of a loss.
    fn written(&self, front: &[&str]) -> String {
        let arguments: Vec<String> = front.iter().map(ToString::to_string).chain(self.arguments()).collect();
        let word = self.word();
        if arguments.is_empty() { word.into() } else { format!("{word}({})", arguments.join(", ")) }
    }
}
