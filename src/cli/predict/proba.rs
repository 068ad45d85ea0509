//! Probabilities of every class in place of outputs as they are: one number for two classes is spelt out.

use crate::model::{Answer, Output};

/// Outputs with a probability a class, and the others.
///
/// # Errors
/// None of them has classes.
pub fn outputs(of: &[Output]) -> Result<Vec<Output>, String> {
    let answers = of.iter().filter(|output| output.answer.is_some()).count();
    if answers == 0 {
        return Err("`--proba` decides nothing here: no output has classes, whose probabilities it asks for".into());
    }
    let spelt = |output: &Output| {
        let name = if answers > 1 { format!("{}.p", output.name) } else { "p".into() };
        match output.answer {
            None => output.clone(),
            Some(Answer::Greatest(_)) => Output { name, ..output.clone() },
            Some(Answer::Half) => {
                let steps = match output.axes.split_last() {
                    Some((1, steps)) => steps,
                    _ => &output.axes,
                };
                let axes = [steps, &[2]].concat();
                Output { name, axes, answer: Some(Answer::Greatest(2)), ..output.clone() }
            }
        }
    };
    Ok(of.iter().map(spelt).collect())
}

/// The numbers of an output as [`outputs`] has it: what the chance of class 1 leaves is that of class 0.
pub fn values(output: &Output, values: &[f32]) -> Vec<f32> {
    match output.answer {
        Some(Answer::Half) => values.iter().flat_map(|p| [1.0 - p, *p]).collect(),
        Some(Answer::Greatest(_)) | None => values.to_vec(),
    }
}
