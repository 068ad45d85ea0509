//! What a call takes, while it is written.

use super::context::{Call, context};
use super::{Analysis, hover};
use crate::builtin::registry;
use lsp_types::{ParameterInformation, ParameterLabel, SignatureHelp, SignatureInformation};

/// Of the call around an offset.
pub fn help(analysis: &Analysis, offset: usize) -> Option<SignatureHelp> {
    let text = &analysis.source(analysis.entry()).text;
    let call = context(text, offset).call?;
    let (label, parameters, doc) = of(analysis, &call)?;
    let active = match call.named {
        Some(name) => parameters.iter().position(|(own, _)| *own == name),
        None => Some(call.place).filter(|place| *place < parameters.len()),
    };
    let parameters: Vec<ParameterInformation> = parameters
        .into_iter()
        .map(|(name, doc)| ParameterInformation {
            label: ParameterLabel::Simple(name),
            documentation: Some(lsp_types::Documentation::String(doc)),
        })
        .collect();
    let signature = SignatureInformation {
        label,
        documentation: Some(lsp_types::Documentation::String(doc)),
        parameters: Some(parameters),
        active_parameter: active.map(|at| at as u32),
    };
    Some(SignatureHelp {
        signatures: vec![signature],
        active_signature: Some(0),
        active_parameter: active.map(|at| at as u32),
    })
}

type Signature = (String, Vec<(String, String)>, String);

fn of(analysis: &Analysis, call: &Call<'_>) -> Option<Signature> {
    let scope = &analysis.program.files.first()?.scope;
    if let Some(header) = scope.get(call.callee).and_then(|id| analysis.program.item(*id).header()) {
        let all = hover::parameters(analysis, header);
        let parameters = header.params.iter().zip(all).map(|(param, text)| (param.name.node.clone(), text)).collect();
        return Some((hover::signature(analysis, header), parameters, header.doc.join("\n")));
    }
    let row = registry::find(call.callee).next()?;
    let one = |param: &crate::builtin::ParamInfo| match param.default {
        Some(default) => format!("{}: {}", param.name, default()),
        None => param.name.to_string(),
    };
    let parameters: Vec<(String, String)> = row
        .params
        .iter()
        .map(|param| (param.name.to_string(), format!("{}: {}", param.expected, param.doc.trim())))
        .collect();
    let label = format!("{}({})", row.name, row.params.iter().map(one).collect::<Vec<_>>().join(", "));
    Some((label, parameters, row.doc.trim().to_string()))
}
