//! What is evaluated of a run at one moment: which networks, on which samples. Owns plain data; evaluates nothing.

use crate::record::Perturbation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The samples of a split, with their inputs as they are or changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(String, Option<Perturbation>)", into = "(String, Option<Perturbation>)")]
pub struct EvaluationRequest {
    pub split: String,
    pub change: Option<Perturbation>,
}

impl From<(String, Option<Perturbation>)> for EvaluationRequest {
    fn from((split, change): (String, Option<Perturbation>)) -> Self {
        Self { split, change }
    }
}

impl From<EvaluationRequest> for (String, Option<Perturbation>) {
    fn from(EvaluationRequest { split, change }: EvaluationRequest) -> Self {
        (split, change)
    }
}

/// Which networks of a run are evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Networks {
    /// What the schedule would deploy now.
    Deployed,
    /// It, and every replica by itself.
    Each,
}

/// The requests of one moment, each with the networks that answer it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EvaluationPlan(BTreeMap<EvaluationRequest, Networks>);

impl EvaluationPlan {
    /// Evaluates these networks too.
    pub fn add(&mut self, request: impl Into<EvaluationRequest>, networks: Networks) {
        let planned = self.0.entry(request.into()).or_insert(networks);
        *planned = (*planned).max(networks);
    }

    /// Whether these networks, at least, answer the request.
    pub fn has(&self, request: &EvaluationRequest, networks: Networks) -> bool {
        self.0.get(request).is_some_and(|planned| *planned >= networks)
    }

    /// Every request with its networks, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&EvaluationRequest, Networks)> {
        self.0.iter().map(|(request, networks)| (request, *networks))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<((String, Option<Perturbation>), Networks)> for EvaluationPlan {
    fn from_iter<I: IntoIterator<Item = ((String, Option<Perturbation>), Networks)>>(requests: I) -> Self {
        let mut plan = Self::default();
        requests.into_iter().for_each(|(request, networks)| plan.add(request, networks));
        plan
    }
}
