//! The name scopes of a module: where a weight is, as in `encoder.layers.2.attention.weight`. A layer with a name in a block
//! has that name, any other the next number among its neighbours, counted at its first application.

/// One scope: index into [`Scopes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeId(usize);

/// All scopes of a network, as a tree under one root a module.
#[derive(Debug, Default)]
pub struct Scopes {
    all: Vec<Entry>,
    /// Where what is made now stands; none outside every module.
    current: Option<ScopeId>,
}

#[derive(Debug)]
struct Entry {
    above: Option<ScopeId>,
    name: Name,
    /// Numbers given to the scopes right below.
    numbered: usize,
}

#[derive(Debug)]
enum Name {
    /// `layer attention = …` in a block.
    Given(String),
    /// The scope of what is above it: the only one there.
    Above,
    /// The next number, once it is asked for.
    Number(Option<usize>),
}

impl Scopes {
    fn add(&mut self, above: Option<ScopeId>, name: Name) -> ScopeId {
        self.all.push(Entry { above, name, numbered: 0 });
        ScopeId(self.all.len() - 1)
    }

    /// A new module's scope, as the current one; gives the one before.
    pub fn enter_module(&mut self) -> Option<ScopeId> {
        let root = self.add(None, Name::Above);
        self.current.replace(root)
    }

    /// The scope of something of this name, as the current one; gives the one before.
    pub fn enter_named(&mut self, name: &str) -> Option<ScopeId> {
        let named = self.add(self.current, Name::Given(name.into()));
        self.current.replace(named)
    }

    /// Makes `scope` the current one; gives the one before.
    pub fn enter(&mut self, scope: Option<ScopeId>) -> Option<ScopeId> {
        std::mem::replace(&mut self.current, scope)
    }

    /// A new scope below the current one.
    pub fn make(&mut self) -> ScopeId {
        self.add(self.current, Name::Number(None))
    }

    /// Leaves the current scope for `outside`. Where `only` is all that was made right there, it needs no number.
    pub fn leave(&mut self, outside: Option<ScopeId>, only: Option<ScopeId>) {
        let left = std::mem::replace(&mut self.current, outside);
        if let Some(only) = only.filter(|only| self.all[only.0].above == left) {
            self.all[only.0].name = Name::Above;
        }
    }

    /// As written in front of a weight's name.
    pub fn path(&mut self, scope: ScopeId) -> String {
        let Entry { above, name, .. } = &self.all[scope.0];
        let own = match (name, *above) {
            (Name::Given(name), _) => name.clone(),
            (Name::Above, _) => String::new(),
            (Name::Number(Some(number)), _) => number.to_string(),
            (Name::Number(None), above) => {
                let number = above.map_or(0, |above| {
                    let next = &mut self.all[above.0].numbered;
                    *next += 1;
                    *next - 1
                });
                self.all[scope.0].name = Name::Number(Some(number));
                number.to_string()
            }
        };
        let front = self.all[scope.0].above.map_or(String::new(), |above| self.path(above));
        match (front.is_empty(), own.is_empty()) {
            (true, _) => own,
            (false, true) => front,
            (false, false) => format!("{front}.{own}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_below_one_another_and_numbers_are_given_when_asked_for() {
        let mut scopes = Scopes::default();
        scopes.enter_module();
        let (unasked, block) = (scopes.make(), scopes.make());
        assert_eq!(scopes.path(block), "0");
        scopes.enter(Some(block));
        let outside = scopes.enter_named("norm");
        let only = scopes.make();
        scopes.leave(outside, Some(only));
        assert_eq!(scopes.path(only), "0.norm");
        let outside = scopes.enter_named("same");
        scopes.leave(outside, Some(only));
        assert_eq!(scopes.path(only), "0.norm", "declared elsewhere");
        scopes.enter_named("layers");
        let (first, second) = (scopes.make(), scopes.make());
        assert_eq!((scopes.path(second), scopes.path(first)), ("0.layers.0".into(), "0.layers.1".into()));
        assert_eq!(scopes.path(unasked), "1");
        assert_eq!(scopes.path(block), "0");
    }
}
