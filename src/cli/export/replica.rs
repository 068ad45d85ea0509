//! Which network of a run is exported: one replica of every module.

use super::Export;
use crate::hir::{Pipeline, Role};
use crate::plan::{Deploy, Plan, Route};
use crate::record::RunRecord;
use std::collections::BTreeMap;

/// One network of a run.
#[derive(Clone, Debug)]
pub struct Replica {
    pub route: Route,
    /// "head[2] of 4, of what `Mhm` trained".
    pub name: String,
}

impl Replica {
    /// The one that is named, else the one that is deployed.
    pub fn find(command: &Export, pipeline: &Pipeline, plan: &Plan, record: &RunRecord) -> Result<Self, String> {
        let asked = match (&command.head, &command.replica) {
            (Some(k), _) => Some(BTreeMap::from([(Role::Head, *k)])),
            (None, Some(text)) => Some(parse(text)?),
            (None, None) => None,
        };
        let route = match asked {
            Some(asked) => given(&asked, plan)?,
            None => deployed(pipeline, plan, record)?,
        };
        let name = name(&route, pipeline, plan);
        Ok(Self { route, name })
    }
}

/// `head=2, fusion=1`.
fn parse(text: &str) -> Result<BTreeMap<Role, usize>, String> {
    let roles = [Role::Uni, Role::Fusion, Role::Head];
    let one = |part: &str| {
        let (role, k) = part.split_once('=')?;
        let role = roles.into_iter().find(|r| r.name() == role.trim())?;
        Some((role, k.trim().parse().ok()?))
    };
    text.split(',').map(|part| one(part).ok_or_else(|| bad(text))).collect()
}

fn bad(text: &str) -> String {
    format!("`--replica {text}`: write a role (uni, fusion, head) and a number, as in `--replica head=2`")
}

/// Roles that are not named follow the first one that is.
fn given(asked: &BTreeMap<Role, usize>, plan: &Plan) -> Result<Route, String> {
    let replicas = |role: Role| plan.modules.iter().filter(|m| m.role == role).map(|m| m.replicas).max();
    for (role, k) in asked {
        let (name, count) = (role.name(), replicas(*role));
        match count {
            None => return Err(format!("the network has no module with the role `{name}`")),
            Some(1) if *k == 0 => {}
            Some(1) => return Err(format!("there is one `{name}` in this run, number 0")),
            Some(count) if *k < count => {}
            Some(count) => return Err(format!("there are {count} replicas of `{name}`: 0 to {}", count - 1)),
        }
    }
    let first = asked.values().next().copied().unwrap_or(0);
    Ok(plan.modules.iter().map(|m| asked.get(&m.role).copied().unwrap_or(first % m.replicas)).collect())
}

fn deployed(pipeline: &Pipeline, plan: &Plan, record: &RunRecord) -> Result<Route, String> {
    let known = |route: &&Route| route.modules() == plan.modules.len();
    let said: Vec<&Route> = record.deployed.iter().filter(known).collect();
    let routes: Vec<&Route> = match &plan.deploy {
        Deploy::Routes(routes) => routes.iter().collect(),
        Deploy::Best { .. } | Deploy::Last { .. } => said,
    };
    let schedule = &pipeline.schedule.name;
    match routes.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(format!("the run does not say which network `{schedule}` left; {}", choices(plan))),
        [_, _, ..] => Err(format!(
            "`{schedule}` deploys the mean of {} networks, and a model is one; {}",
            routes.len(),
            choices(plan)
        )),
    }
}

/// "take one with `--replica head=0` … `--replica head=3`".
fn choices(plan: &Plan) -> String {
    let names: Vec<String> =
        plan.replicas().into_iter().map(|(name, _)| name.replace('[', "=").replace(']', "")).collect();
    match names.as_slice() {
        [first, .., last] => format!("take one of them with `--replica {first}` … `--replica {last}`"),
        [_] | [] => "train it again".into(),
    }
}

fn name(route: &Route, pipeline: &Pipeline, plan: &Plan) -> String {
    let mut parts: Vec<String> = vec![];
    for (module, id) in plan.modules.iter().zip(route.replicas()).filter(|(m, _)| m.replicas > 1) {
        let part = format!("{}[{}] of {}", module.role.name(), id.number, module.replicas);
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    let schedule = &pipeline.schedule.name;
    if parts.is_empty() {
        format!("what `{schedule}` trained")
    } else {
        format!("{} that `{schedule}` trained", parts.join(", "))
    }
}
