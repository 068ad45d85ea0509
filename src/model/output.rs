//! What a network's outputs say to a person: probabilities of classes with the likeliest, or numbers.

use crate::builtin::{Link, TargetKind};
use crate::graph::{Graph, Operand};

/// One output after its link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    pub name: String,
    /// Of one sample.
    pub axes: Vec<usize>,
    pub answer: Option<Answer>,
    /// What classes are called; empty where they have no names, or there are none.
    pub names: Vec<String>,
}

/// How classes are read off an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The first of the greatest, along the last axis of so many.
    Greatest(usize),
    /// Class 1 where the chance is above a half.
    Half,
}

/// All outputs of a graph.
pub fn outputs(graph: &Graph) -> Vec<Output> {
    let of = |(i, output): (usize, &crate::graph::Output)| {
        let (answer, names) = answer(graph, i).map_or((None, vec![]), |(answer, names)| (Some(answer), names.to_vec()));
        Output { name: output.name.clone(), axes: graph.node(output.node).axes.clone(), answer, names }
    };
    graph.outputs.iter().enumerate().map(of).collect()
}

/// The target that an output is held against: of a loss, else of a metric.
pub fn target_of(graph: &Graph, output: usize) -> Option<usize> {
    let of_loss = graph.terms.iter().filter(|t| t.output == output).filter_map(|t| t.target);
    let of_metric = graph.metrics.iter().filter(|m| m.operand == Operand::Output(output)).map(|m| m.target);
    of_loss.chain(of_metric).next()
}

fn answer(graph: &Graph, output: usize) -> Option<(Answer, &[String])> {
    let target = &graph.targets[target_of(graph, output)?];
    let answer = match (&target.kind, graph.outputs[output].link) {
        (TargetKind::Class { .. }, Link::Sigmoid) => Some(Answer::Half),
        (TargetKind::Class { classes, .. }, Link::Softmax) => Some(Answer::Greatest(*classes)),
        // A loss on probabilities, or on one number for one class of two.
        (TargetKind::Class { classes, .. }, Link::Identity) => {
            let last = graph.node(graph.outputs[output].node).axes.last();
            Some(if last == Some(classes) { Answer::Greatest(*classes) } else { Answer::Half })
        }
        (TargetKind::Multi { .. } | TargetKind::Real { .. } | TargetKind::Events { .. }, _) => None,
    };
    Some((answer?, target.kind.names()))
}

impl Output {
    /// Numbers of one sample.
    pub fn width(&self) -> usize {
        self.axes.iter().product()
    }

    /// `out` for one number, `out[0]`, `out[1]`, `out[1,0]`, … for more; `out[sit]`, `out[1,sit]` where classes have names.
    pub fn columns(&self) -> Vec<String> {
        match (self.answer, self.axes.split_last()) {
            (Some(Answer::Greatest(classes)), Some((_, steps))) if self.names.len() == classes => {
                let steps = columns("", steps);
                let place = |step: &String, name: &String| match step.trim_matches(['[', ']']) {
                    "" => format!("{}[{name}]", self.name),
                    step => format!("{}[{step},{name}]", self.name),
                };
                steps.iter().flat_map(|step| self.names.iter().map(move |name| place(step, name))).collect()
            }
            _ => columns(&self.name, &self.axes),
        }
    }

    /// Names of the classes of one sample: `class`, or `class[0]`, … where there are steps.
    pub fn class_columns(&self, class: &str) -> Vec<String> {
        if self.answer.is_some() { columns(class, self.steps()) } else { vec![] }
    }

    /// Axes of the answers of one sample.
    pub fn steps(&self) -> &[usize] {
        match (self.answer, self.axes.split_last()) {
            // One number a step, which has an axis to itself or none.
            (Some(Answer::Half), Some((last, _))) if *last != 1 => &self.axes,
            (_, Some((_, steps))) => steps,
            (_, None) => &[],
        }
    }

    /// The classes of one sample's numbers.
    pub fn classes(&self, values: &[f32]) -> Vec<usize> {
        match self.answer {
            None => vec![],
            Some(Answer::Greatest(classes)) => values.chunks_exact(classes).map(greatest).collect(),
            Some(Answer::Half) => values.iter().map(|v| usize::from(*v > 0.5)).collect(),
        }
    }
}

/// Columns of a table: those of every output, its classes first.
pub fn header(outputs: &[Output]) -> Vec<String> {
    let answers = outputs.iter().filter(|o| o.answer.is_some()).count();
    let of = |output: &Output| {
        let called = |what: &str| if answers > 1 { format!("{}.{what}", output.name) } else { what.into() };
        let names = if output.names.is_empty() { vec![] } else { output.class_columns(&called("name")) };
        [output.class_columns(&called("class")), names, output.columns()].concat()
    };
    outputs.iter().flat_map(of).collect()
}

/// Names of numbers in an array of these axes, the last one running fastest. One number needs no place.
pub fn columns(name: &str, axes: &[usize]) -> Vec<String> {
    let width: usize = axes.iter().product();
    if width == 1 && axes.len() < 2 {
        return vec![name.into()];
    }
    let place = |mut rest: usize| {
        let mut at = vec![String::new(); axes.len()];
        for (place, axis) in at.iter_mut().zip(axes).rev() {
            *place = (rest % axis).to_string();
            rest /= axis;
        }
        format!("{name}[{}]", at.join(","))
    };
    (0..width).map(place).collect()
}

/// The first of the greatest.
fn greatest(values: &[f32]) -> usize {
    (1..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_names() {
        assert_eq!(columns("x", &[]), ["x"]);
        assert_eq!(columns("x", &[1]), ["x"]);
        assert_eq!(columns("x", &[3]), ["x[0]", "x[1]", "x[2]"]);
        assert_eq!(columns("x", &[2, 2]), ["x[0,0]", "x[0,1]", "x[1,0]", "x[1,1]"]);
    }

    #[test]
    fn classes_are_read_off() {
        let output = |answer, axes: &[usize]| Output { name: "out".into(), axes: axes.to_vec(), answer, names: vec![] };
        let steps = output(Some(Answer::Greatest(3)), &[2, 3]);
        assert_eq!(steps.classes(&[0.2, 0.5, 0.3, 0.4, 0.2, 0.4]), [1, 0]);
        assert_eq!(steps.class_columns("class"), ["class[0]", "class[1]"]);
        assert_eq!(output(Some(Answer::Half), &[1]).classes(&[0.7]), [1]);
        assert_eq!(output(Some(Answer::Half), &[1]).class_columns("class"), ["class"]);
        assert_eq!(output(Some(Answer::Half), &[2]).class_columns("class"), ["class[0]", "class[1]"]);
        assert_eq!(output(Some(Answer::Half), &[2, 1]).class_columns("class"), ["class[0]", "class[1]"]);
        assert!(output(None, &[2]).class_columns("class").is_empty());
        let named = |axes: &[usize]| Output {
            names: vec!["sit".into(), "walk".into()],
            ..output(Some(Answer::Greatest(2)), axes)
        };
        assert_eq!(header(&[named(&[2])]), ["class", "name", "out[sit]", "out[walk]"]);
        assert_eq!(named(&[2, 2]).columns(), ["out[0,sit]", "out[0,walk]", "out[1,sit]", "out[1,walk]"]);
        assert_eq!(header(&[named(&[2, 2])])[..4], ["class[0]", "class[1]", "name[0]", "name[1]"]);
    }
}
