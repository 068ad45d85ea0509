//! What each name is, for an editor that colours by meaning.

use super::Analysis;
use super::names::{Meaning, MentionRole, What};
use crate::syntax::ast::Item;
use lsp_types::{SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokensLegend};

const TYPES: [SemanticTokenType; 9] = [
    SemanticTokenType::CLASS,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::STRUCT,
    SemanticTokenType::METHOD,
    SemanticTokenType::PARAMETER,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::ENUM_MEMBER,
    SemanticTokenType::EVENT,
];

pub fn legend() -> SemanticTokensLegend {
    let modifiers = vec![SemanticTokenModifier::DECLARATION, SemanticTokenModifier::DEFAULT_LIBRARY];
    SemanticTokensLegend { token_types: TYPES.to_vec(), token_modifiers: modifiers }
}

/// All names of the text, each by its distance to the one before.
pub fn tokens(analysis: &Analysis) -> Vec<SemanticToken> {
    let entry = analysis.entry();
    let places = analysis.places(entry);
    let mut last = (0, 0);
    let mut found = vec![];
    for mention in analysis.names.inside(entry) {
        let range = places.range(mention.span);
        let Some(kind) = TYPES.iter().position(|kind| *kind == self::kind(analysis, &mention.meaning)) else {
            continue;
        };
        if range.start.line != range.end.line {
            continue;
        }
        let declares = u32::from(mention.role == MentionRole::Declares);
        let library = match &mention.meaning {
            Meaning::Builtin(_) => 2,
            Meaning::Item(id) if analysis.source(analysis.program.files[id.file].id).library => 2,
            Meaning::Item(_) | Meaning::Inside { .. } => 0,
        };
        let (line, character) = (range.start.line, range.start.character);
        let delta_start = if line == last.0 { character - last.1 } else { character };
        found.push(SemanticToken {
            delta_line: line - last.0,
            delta_start,
            length: range.end.character - character,
            token_type: kind as u32,
            token_modifiers_bitset: declares | library,
        });
        last = (line, character);
    }
    found
}

fn kind(analysis: &Analysis, meaning: &Meaning) -> SemanticTokenType {
    match meaning {
        Meaning::Builtin(_) => SemanticTokenType::FUNCTION,
        Meaning::Item(id) => match analysis.program.item(*id) {
            Item::Network(_) => SemanticTokenType::CLASS,
            Item::Block(_) => SemanticTokenType::FUNCTION,
            Item::Schedule(_) => SemanticTokenType::METHOD,
            Item::Use(_) | Item::Alias(_) | Item::Dataset(_) => SemanticTokenType::STRUCT,
            Item::Pipeline(_) | Item::Experiment(_) => SemanticTokenType::EVENT,
        },
        Meaning::Inside { what, .. } => match what {
            What::Parameter => SemanticTokenType::PARAMETER,
            What::Module => SemanticTokenType::FUNCTION,
            What::Input | What::Value | What::Variable | What::Axis | What::Setting => SemanticTokenType::VARIABLE,
            What::Output
            | What::Modality
            | What::Target
            | What::Group
            | What::Split
            | What::Detection
            | What::Metric
            | What::Reference => SemanticTokenType::PROPERTY,
            What::Phase => SemanticTokenType::METHOD,
            What::Label => SemanticTokenType::ENUM_MEMBER,
        },
    }
}
