//! Where a weight is inside its module: `encoder.layers.2.attention.weight`. Owns the names of such places; a layer with a
//! name in a block has that name, any other the next number among its neighbours, counted at its first application.

/// One place: index into [`Places`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(usize);

/// All places of a network, as a tree under one root a module.
#[derive(Debug, Default)]
pub struct Places {
    all: Vec<Entry>,
    /// Where what is made now stands; none outside every module.
    current: Option<Place>,
}

#[derive(Debug)]
struct Entry {
    above: Option<Place>,
    name: Name,
    /// Numbers given to places right below.
    numbered: usize,
}

#[derive(Debug)]
enum Name {
    /// `layer attention = …` in a block.
    Given(String),
    /// The place of what is above it: the only thing there.
    Above,
    /// The next number, once it is asked for.
    Number(Option<usize>),
}

impl Places {
    fn add(&mut self, above: Option<Place>, name: Name) -> Place {
        self.all.push(Entry { above, name, numbered: 0 });
        Place(self.all.len() - 1)
    }

    /// A new module's place, as the current one; gives the one before.
    pub fn enter_module(&mut self) -> Option<Place> {
        let root = self.add(None, Name::Above);
        self.current.replace(root)
    }

    /// The place of something of this name, as the current one; gives the one before.
    pub fn enter_named(&mut self, name: &str) -> Option<Place> {
        let named = self.add(self.current, Name::Given(name.into()));
        self.current.replace(named)
    }

    /// Makes `place` the current one; gives the one before.
    pub fn enter(&mut self, place: Option<Place>) -> Option<Place> {
        std::mem::replace(&mut self.current, place)
    }

    /// A new place below the current one.
    pub fn make(&mut self) -> Place {
        self.add(self.current, Name::Number(None))
    }

    /// Leaves the current place for `outside`. Where `only` is all that was made right there, it needs no number.
    pub fn leave(&mut self, outside: Option<Place>, only: Option<Place>) {
        let left = std::mem::replace(&mut self.current, outside);
        if let Some(only) = only.filter(|only| self.all[only.0].above == left) {
            self.all[only.0].name = Name::Above;
        }
    }

    /// As written in front of a weight's name.
    pub fn path(&mut self, place: Place) -> String {
        let Entry { above, name, .. } = &self.all[place.0];
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
                self.all[place.0].name = Name::Number(Some(number));
                number.to_string()
            }
        };
        let front = self.all[place.0].above.map_or(String::new(), |above| self.path(above));
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
        let mut places = Places::default();
        places.enter_module();
        let (unasked, block) = (places.make(), places.make());
        assert_eq!(places.path(block), "0");
        places.enter(Some(block));
        let outside = places.enter_named("norm");
        let only = places.make();
        places.leave(outside, Some(only));
        assert_eq!(places.path(only), "0.norm");
        let outside = places.enter_named("same");
        places.leave(outside, Some(only));
        assert_eq!(places.path(only), "0.norm", "declared elsewhere");
        places.enter_named("layers");
        let (first, second) = (places.make(), places.make());
        assert_eq!((places.path(second), places.path(first)), ("0.layers.0".into(), "0.layers.1".into()));
        assert_eq!(places.path(unasked), "1");
        assert_eq!(places.path(block), "0");
    }
}
