//! Generalization sensitivity: how far networks that should agree differ. Owns the divergence; not whose networks they are.

use super::answers::Chances;
use crate::measured::{Absent, Measured, finite};

/// The least chance that is stored, e^-87.3: 32 bits hold a smaller one as 0, whose logarithm would be infinite.
const LEAST: f64 = f32::MIN_POSITIVE as f64;

/// Generalization sensitivity (GS, section 5.2): the Kullback-Leibler divergence in nats of class probabilities, averaged
/// over all ordered pairs of R networks and all N answers,
/// `1 / (R (R - 1) N) Σ_n Σ_{i ≠ j} Σ_c p_inc ln(p_inc / p_jnc)`, with a p of 0 counted as 1.2e-38.
///
/// The paper trains a network "multiple times" and takes "the averaged KLD" of the deployed networks' outputs; pairs, their
/// order and the logarithm are not published. `None` with fewer than two networks, or where they do not answer the same
/// questions; absent where there is nothing to answer, or a chance is no number.
pub fn sensitivity(networks: &[Chances<'_>]) -> Option<Measured> {
    let answers = networks.first()?.count();
    let each: Vec<Vec<(f64, f64)>> = networks.iter().map(|chances| with_logarithms(*chances)).collect();
    if each.len() < 2 || each.iter().any(|other| other.len() != each[0].len()) {
        return None;
    }
    if answers == 0 {
        return Some(Err(Absent::because("no sample")));
    }
    let mut sum = 0.0;
    for (i, one) in each.iter().enumerate() {
        for other in &each[..i] {
            sum += both_ways(one, other);
        }
    }
    Some(finite(sum / (each.len() * (each.len() - 1) * answers) as f64))
}

fn with_logarithms(chances: Chances<'_>) -> Vec<(f64, f64)> {
    // Not `max`, which would make a number of what is none.
    let clamped = |p: f64| if p < LEAST { LEAST } else { p };
    chances.spelt_out().into_iter().map(clamped).map(|p| (p, p.ln())).collect()
}

/// `KL(p, q) + KL(q, p) = Σ (p - q) (ln p - ln q)`.
fn both_ways(one: &[(f64, f64)], other: &[(f64, f64)]) -> f64 {
    one.iter().zip(other).map(|((p, ln_p), (q, ln_q))| (p - q) * (ln_p - ln_q)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(networks: &[&[f32]], width: usize) -> f64 {
        let chances: Vec<Chances<'_>> = networks.iter().map(|values| Chances::rows_of(values, width)).collect();
        sensitivity(&chances).unwrap().unwrap()
    }

    #[test]
    fn the_divergence_is_the_one_computed_by_hand() {
        // KL((3/4, 1/4), (1/4, 3/4)) = 3/4 ln 3 - 1/4 ln 3 = ln(3) / 2, both ways.
        let gs = of(&[&[0.75, 0.25], &[0.25, 0.75]], 2);
        assert!((gs - 3f64.ln() / 2.0).abs() < 1e-12, "{gs}");
        // A single number is the chance of the second class.
        assert_eq!(of(&[&[0.25], &[0.75]], 1), gs);
    }

    #[test]
    fn the_divergence_is_scipys() {
        // p = numpy.float32([[[.7, .2, .1], [.1, .1, .8]], [[.5, .25, .25], [.3, .3, .4]], [[.9, .1, 0.], [.2, .5, .3]]])
        // p = numpy.maximum(p.astype(float), numpy.finfo(numpy.float32).tiny)
        // numpy.mean([scipy.special.rel_entr(p[i, n], p[j, n]).sum() for i in range(3) for j in range(3) if i != j for n in range(2)])
        let gs = of(
            &[&[0.7, 0.2, 0.1, 0.1, 0.1, 0.8], &[0.5, 0.25, 0.25, 0.3, 0.3, 0.4], &[0.9, 0.1, 0.0, 0.2, 0.5, 0.3]],
            3,
        );
        assert!((gs - 2.732556492174727).abs() < 1e-9, "{gs}");
    }

    /// `tests/data/metrics.py` wrote them: in float64 from the logits, so that no chance is too small.
    #[test]
    fn sure_networks_are_those_of_scipy() {
        let all: serde_json::Value = serde_json::from_str(include_str!("../../tests/data/metrics.json")).unwrap();
        for case in all["gs"].as_array().unwrap() {
            let numbers =
                |of: &serde_json::Value| of.as_array().unwrap().iter().map(|x| x.as_f64().unwrap() as f32).collect();
            let networks: Vec<Vec<f32>> = case["chances"].as_array().unwrap().iter().map(numbers).collect();
            let networks: Vec<&[f32]> = networks.iter().map(Vec::as_slice).collect();
            let (ours, theirs) = (of(&networks, 4), case["expected"].as_f64().unwrap());
            assert!((ours - theirs).abs() < 1e-5 * theirs, "{ours} here, {theirs} there");
        }
    }

    #[test]
    fn equal_networks_do_not_differ_and_order_does_not_matter() {
        let (a, b, c): (&[f32], &[f32], &[f32]) = (&[0.3, 0.7, 1.0, 0.0], &[0.6, 0.4, 0.2, 0.8], &[0.5, 0.5, 0.9, 0.1]);
        assert_eq!(of(&[a, a, a], 2), 0.0);
        let gs = of(&[a, b, c], 2);
        assert!(gs.is_finite() && gs > 0.0);
        for other in [[a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]] {
            assert!((of(&other, 2) - gs).abs() < 1e-12);
        }
    }

    #[test]
    fn a_lost_network_is_not_hidden() {
        let lost = [Chances::rows_of(&[f32::NAN, f32::NAN], 2), Chances::rows_of(&[0.5, 0.5], 2)];
        assert_eq!(sensitivity(&lost), Some(Err(Absent::because("not a number (NaN)"))));
    }

    #[test]
    fn one_network_has_no_sensitivity() {
        assert_eq!(sensitivity(&[Chances::rows_of(&[0.5, 0.5], 2)]), None);
        assert_eq!(sensitivity(&[]), None);
        assert_eq!(sensitivity(&[Chances::rows_of(&[0.5, 0.5], 2), Chances::rows_of(&[0.5, 0.5, 0.5, 0.5], 2)]), None);
    }
}
