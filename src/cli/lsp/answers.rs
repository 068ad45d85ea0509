//! Requests of an editor, each with its answer.

use super::super::folder::RUNS;
use super::super::pictures;
use super::super::status::progress;
use super::arrays::{arrays, paths};
use super::workspace::path_of;
use super::{Edits, Server};
use crate::lsp::navigate::{Key, is_name};
use crate::lsp::place::Places;
use crate::lsp::{Analysis, actions, calls, completion, hints, hover, lenses, outline, preview, signature, tokens};
use crate::report::svg::{DARK, LIGHT, sheet};
use crate::span::Span;
use crate::store::hash_of;
use crate::syntax;
use lsp_server::{ErrorCode, Request, Response};
use lsp_types::request::{
    CallHierarchyIncomingCalls, CallHierarchyOutgoingCalls, CallHierarchyPrepare, CodeActionRequest, CodeLensRequest,
    Completion, DocumentHighlightRequest, DocumentSymbolRequest, FoldingRangeRequest, Formatting, GotoDefinition,
    HoverRequest, InlayHintRequest, OnTypeFormatting, PrepareRenameRequest, RangeFormatting, References, Rename,
    Request as _, SelectionRangeRequest, SemanticTokensFullRequest, SignatureHelpRequest, WorkspaceSymbolRequest,
};
use lsp_types::{
    AnnotatedTextEdit, CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, CodeAction,
    CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeLens, CodeLensParams, CompletionParams,
    CompletionResponse, DocumentChanges, DocumentFormattingParams, DocumentHighlight, DocumentHighlightKind,
    DocumentHighlightParams, DocumentOnTypeFormattingParams, DocumentRangeFormattingParams, DocumentSymbolParams,
    DocumentSymbolResponse, FoldingRange, FoldingRangeParams, GotoDefinitionParams, GotoDefinitionResponse,
    HoverParams, InlayHint, InlayHintParams, Location, OneOf, Position, PrepareRenameResponse, Range, ReferenceParams,
    RenameParams, SelectionRange, SelectionRangeParams, SemanticTokens, SemanticTokensParams, SemanticTokensResult,
    SignatureHelp, SignatureHelpParams, SymbolInformation, TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit,
    WorkspaceSymbolParams, WorkspaceSymbolResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use similar::{DiffOp, TextDiff};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// `mhm/preview`: pictures of the item at a position, as the report has them.
enum Preview {}

impl lsp_types::request::Request for Preview {
    type Params = PreviewParams;
    type Result = Option<PreviewResult>;
    const METHOD: &'static str = "mhm/preview";
}

#[derive(Debug, Serialize, Deserialize)]
struct PreviewParams {
    #[serde(flatten)]
    at: TextDocumentPositionParams,
    #[serde(default)]
    theme: Option<Theme>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Theme {
    Light,
    Dark,
}

#[derive(Debug, Serialize, Deserialize)]
struct PreviewResult {
    /// The item's name.
    title: String,
    /// An SVG document.
    svg: String,
}

/// An answer, or why there is none.
type Answer<T> = Result<T, String>;

/// The name that is looked for, where else it may stand, and whether its declaration counts.
struct Sought {
    key: Key,
    word: String,
}

impl Server {
    pub(super) fn answer(&mut self, request: Request) -> Response {
        match request.method.as_str() {
            HoverRequest::METHOD => self.with::<HoverRequest>(request, Self::hover),
            Completion::METHOD => self.with::<Completion>(request, Self::completion),
            SignatureHelpRequest::METHOD => self.with::<SignatureHelpRequest>(request, Self::signature),
            GotoDefinition::METHOD => self.with::<GotoDefinition>(request, Self::definition),
            References::METHOD => self.with::<References>(request, Self::references),
            DocumentHighlightRequest::METHOD => self.with::<DocumentHighlightRequest>(request, Self::highlights),
            PrepareRenameRequest::METHOD => self.with::<PrepareRenameRequest>(request, Self::prepare_rename),
            Rename::METHOD => self.with::<Rename>(request, Self::rename),
            DocumentSymbolRequest::METHOD => self.with::<DocumentSymbolRequest>(request, Self::symbols),
            WorkspaceSymbolRequest::METHOD => self.with::<WorkspaceSymbolRequest>(request, Self::workspace_symbols),
            FoldingRangeRequest::METHOD => self.with::<FoldingRangeRequest>(request, Self::folds),
            SelectionRangeRequest::METHOD => self.with::<SelectionRangeRequest>(request, Self::selections),
            SemanticTokensFullRequest::METHOD => self.with::<SemanticTokensFullRequest>(request, Self::tokens),
            InlayHintRequest::METHOD => self.with::<InlayHintRequest>(request, Self::hints),
            CodeActionRequest::METHOD => self.with::<CodeActionRequest>(request, Self::actions),
            CodeLensRequest::METHOD => self.with::<CodeLensRequest>(request, Self::lenses),
            CallHierarchyPrepare::METHOD => self.with::<CallHierarchyPrepare>(request, Self::prepare_calls),
            CallHierarchyIncomingCalls::METHOD => self.with::<CallHierarchyIncomingCalls>(request, Self::incoming),
            CallHierarchyOutgoingCalls::METHOD => self.with::<CallHierarchyOutgoingCalls>(request, Self::outgoing),
            Preview::METHOD => self.with::<Preview>(request, Self::preview),
            Formatting::METHOD => self.with::<Formatting>(request, Self::format),
            RangeFormatting::METHOD => self.with::<RangeFormatting>(request, Self::format_range),
            OnTypeFormatting::METHOD => self.with::<OnTypeFormatting>(request, Self::format_typed),
            other => {
                let why = format!("`{other}` is not answered");
                Response::new_err(request.id, ErrorCode::MethodNotFound as i32, why)
            }
        }
    }

    fn with<R: lsp_types::request::Request>(
        &mut self,
        request: Request,
        work: impl FnOnce(&mut Self, R::Params) -> Answer<R::Result>,
    ) -> Response {
        let Request { id, method, params } = request;
        let params: Result<R::Params, _> = serde_json::from_value(params);
        match params {
            Err(why) => Response::new_err(id, ErrorCode::InvalidParams as i32, format!("`{method}`: {why}")),
            Ok(params) => match work(self, params) {
                Ok(answer) => Response::new_ok(id, serde_json::to_value(answer).unwrap_or(Value::Null)),
                Err(why) => Response::new_err(id, ErrorCode::RequestFailed as i32, why),
            },
        }
    }

    fn made(&mut self, uri: &Uri) -> Answer<(PathBuf, Rc<Analysis>)> {
        let unknown = || format!("`{}` is not open", uri.as_str());
        let path = path_of(uri).ok_or_else(unknown)?;
        let analysis = self.workspace.analysis(&path).ok_or_else(unknown)?;
        Ok((path, analysis))
    }

    /// The same, of names alone.
    fn read(&mut self, uri: &Uri) -> Answer<Rc<Analysis>> {
        let path = path_of(uri);
        path.and_then(|path| self.workspace.names(&path)).ok_or_else(|| format!("`{}` is not open", uri.as_str()))
    }

    fn at(&mut self, at: &TextDocumentPositionParams) -> Answer<(Rc<Analysis>, usize)> {
        let analysis = self.read(&at.text_document.uri)?;
        let offset = analysis.places(analysis.entry()).offset(at.position);
        Ok((analysis, offset))
    }

    fn location(&self, analysis: &Analysis, span: Span) -> Option<Location> {
        let uri = self.workspace.place(analysis, span.source)?;
        Some(Location { uri, range: analysis.range(span) })
    }

    fn hover(&mut self, params: HoverParams) -> Answer<Option<lsp_types::Hover>> {
        let at = &params.text_document_position_params;
        let (_, analysis) = self.made(&at.text_document.uri)?;
        let offset = analysis.places(analysis.entry()).offset(at.position);
        Ok(hover::hover(&analysis, offset))
    }

    fn completion(&mut self, params: CompletionParams) -> Answer<Option<CompletionResponse>> {
        let at = &params.text_document_position;
        let (analysis, offset) = self.at(at)?;
        let mut found = completion::completion(&analysis, offset, self.snippets);
        if let Some(path) = path_of(&at.text_document.uri) {
            let text = &analysis.source(analysis.entry()).text;
            found.extend(arrays(text, offset, &self.workspace.folders(&path)));
            let range =
                |piece: std::ops::Range<usize>| analysis.range(Span::new(analysis.entry(), piece.start, piece.end));
            found.extend(paths(text, offset, &path, &range));
        }
        Ok(Some(CompletionResponse::Array(found)))
    }

    fn signature(&mut self, params: SignatureHelpParams) -> Answer<Option<SignatureHelp>> {
        let (analysis, offset) = self.at(&params.text_document_position_params)?;
        Ok(signature::help(&analysis, offset))
    }

    fn definition(&mut self, params: GotoDefinitionParams) -> Answer<Option<GotoDefinitionResponse>> {
        let (analysis, offset) = self.at(&params.text_document_position_params)?;
        let span = analysis.definition(offset);
        Ok(span.and_then(|span| self.location(&analysis, span)).map(GotoDefinitionResponse::Scalar))
    }

    fn sought(&mut self, at: &TextDocumentPositionParams) -> Answer<Option<Sought>> {
        let (analysis, offset) = self.at(at)?;
        let found = analysis.mention(offset).and_then(|mention| {
            let word = analysis.program.sources.text(mention.span).to_string();
            Some(Sought { key: analysis.key(&mention.meaning)?, word })
        });
        Ok(found)
    }

    /// Every place of a name, in what is open and in the folders that were opened.
    fn everywhere(&mut self, sought: &Sought) -> Vec<Location> {
        let mut found = vec![];
        for path in self.workspace.files() {
            let named = self.workspace.text(&path).is_some_and(|text| text.contains(&sought.word));
            if !named {
                continue;
            }
            let Some(analysis) = self.workspace.seen(&path) else { continue };
            for span in analysis.uses(&sought.key) {
                found.extend(self.location(&analysis, span));
            }
        }
        let order = |at: &Location| (at.uri.as_str().to_string(), at.range.start.line, at.range.start.character);
        found.sort_by_key(order);
        found.dedup();
        found
    }

    fn references(&mut self, params: ReferenceParams) -> Answer<Option<Vec<Location>>> {
        let Some(sought) = self.sought(&params.text_document_position)? else { return Ok(None) };
        let mut found = self.everywhere(&sought);
        if !params.context.include_declaration {
            let (analysis, offset) = self.at(&params.text_document_position)?;
            let declared = analysis.definition(offset).and_then(|span| self.location(&analysis, span));
            found.retain(|at| Some(at) != declared.as_ref());
        }
        Ok(Some(found))
    }

    fn highlights(&mut self, params: DocumentHighlightParams) -> Answer<Option<Vec<DocumentHighlight>>> {
        let (analysis, offset) = self.at(&params.text_document_position_params)?;
        let Some(mention) = analysis.mention(offset) else { return Ok(None) };
        let own = analysis.names.all(&mention.meaning).filter(|other| other.span.source == analysis.entry());
        let of = |span| DocumentHighlight { range: analysis.range(span), kind: Some(DocumentHighlightKind::TEXT) };
        Ok(Some(own.map(|mention| of(mention.span)).collect()))
    }

    fn prepare_rename(&mut self, params: TextDocumentPositionParams) -> Answer<Option<PrepareRenameResponse>> {
        let (analysis, offset) = self.at(&params)?;
        let (mention, name) = analysis.renamed(offset)?;
        let range = analysis.range(mention.span);
        Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: name.trim_matches('"').into() }))
    }

    fn rename(&mut self, params: RenameParams) -> Answer<Option<WorkspaceEdit>> {
        let (analysis, offset) = self.at(&params.text_document_position)?;
        let (_, old) = analysis.renamed(offset)?;
        let new = match old.strip_prefix('"') {
            Some(_) => {
                let new =
                    params.new_name.strip_prefix('"').and_then(|new| new.strip_suffix('"')).unwrap_or(&params.new_name);
                if new.is_empty() || new.contains(['"', '\\', '\n', '\r']) {
                    return Err(format!("`{new}` is no label: one line of text without quotes and backslashes"));
                }
                format!("\"{new}\"")
            }
            None => {
                is_name(&params.new_name)?;
                params.new_name
            }
        };
        let Some(sought) = self.sought(&params.text_document_position)? else { return Ok(None) };
        let mut changes: Vec<(Uri, Vec<TextEdit>)> = vec![];
        for Location { uri, range } in self.everywhere(&sought) {
            let edit = TextEdit { range, new_text: new.clone() };
            match changes.last_mut() {
                Some((last, edits)) if *last == uri => edits.push(edit),
                _ => changes.push((uri, vec![edit])),
            }
        }
        self.holds(&changes, &sought.word)?;
        let version = |uri: &Uri| Some(self.workspace.open.get(&path_of(uri)?)?.version);
        let changes = changes.into_iter().map(|(uri, edits)| actions::edits(&uri, version(&uri), edits)).collect();
        let made =
            WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(changes)), ..WorkspaceEdit::default() };
        Ok(Some(self.as_taken(made)))
    }

    /// Changes as the editor takes them.
    fn as_taken(&self, edit: WorkspaceEdit) -> WorkspaceEdit {
        let WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(edits)), .. } = edit else { return edit };
        if self.edits == Edits::Versioned {
            return WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(edits)), ..WorkspaceEdit::default() };
        }
        let texts = |edits: Vec<OneOf<TextEdit, AnnotatedTextEdit>>| {
            let text = |edit| match edit {
                OneOf::Left(edit) => edit,
                OneOf::Right(AnnotatedTextEdit { text_edit, .. }) => text_edit,
            };
            edits.into_iter().map(text).collect()
        };
        #[expect(clippy::mutable_key_type, reason = "the protocol's own type")]
        let changes = edits.into_iter().map(|of| (of.text_document.uri, texts(of.edits))).collect();
        WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
    }

    /// Refuses changes after which something is wrong that was right: a name may be taken already, or stand where its meaning hangs
    /// on what a variable is given.
    fn holds(&self, changes: &[(Uri, Vec<TextEdit>)], word: &str) -> Answer<()> {
        let mut texts = BTreeMap::new();
        for (uri, edits) in changes {
            let Some((path, mut text)) =
                path_of(uri).and_then(|path| Some((path.clone(), self.workspace.text(&path)?)))
            else {
                continue;
            };
            for edit in edits.iter().rev() {
                let places = Places::new(&text, self.workspace.encoding);
                let range = places.offset(edit.range.start)..places.offset(edit.range.end);
                text.replace_range(range, &edit.new_text);
            }
            texts.insert(path, text);
        }
        for path in self.workspace.files() {
            let before = self.workspace.errors(&path, &BTreeMap::new());
            let after = self.workspace.errors(&path, &texts);
            if after.len() > before.len() {
                let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let why = after.difference(&before).next().cloned().unwrap_or_default();
                return Err(format!(
                    "not every place of `{word}` can be changed with it; in `{file}` this would be wrong: {why}"
                ));
            }
        }
        Ok(())
    }

    fn symbols(&mut self, params: DocumentSymbolParams) -> Answer<Option<DocumentSymbolResponse>> {
        let analysis = self.read(&params.text_document.uri)?;
        Ok(Some(DocumentSymbolResponse::Nested(outline::symbols(&analysis))))
    }

    fn workspace_symbols(&mut self, params: WorkspaceSymbolParams) -> Answer<Option<WorkspaceSymbolResponse>> {
        let asked = params.query.to_lowercase();
        let mut found = vec![];
        for path in self.workspace.files() {
            let Some(text) = self.workspace.text(&path) else { continue };
            let Some(uri) = super::uri::uri(&path) else { continue };
            let mut sources = crate::source::SourceMap::default();
            let id = sources.add("", text.as_str());
            let places = Places::new(&text, self.workspace.encoding);
            let (tree, _) = syntax::parse(&sources, id);
            for item in &tree.items {
                let Some(header) = item.header() else { continue };
                if header.name.node.to_lowercase().contains(&asked) {
                    let range = places.range(header.name.span);
                    #[expect(deprecated, reason = "the protocol's field has no other constructor")]
                    found.push(SymbolInformation {
                        name: header.name.node.clone(),
                        kind: outline::kind(item),
                        tags: None,
                        deprecated: None,
                        location: Location { uri: uri.clone(), range },
                        container_name: Some(item.noun().into()),
                    });
                }
            }
        }
        Ok(Some(WorkspaceSymbolResponse::Flat(found)))
    }

    fn folds(&mut self, params: FoldingRangeParams) -> Answer<Option<Vec<FoldingRange>>> {
        let analysis = self.read(&params.text_document.uri)?;
        Ok(Some(outline::folds(&analysis.source(analysis.entry()).text)))
    }

    fn selections(&mut self, params: SelectionRangeParams) -> Answer<Option<Vec<SelectionRange>>> {
        let analysis = self.read(&params.text_document.uri)?;
        let places = analysis.places(analysis.entry());
        let of = |at: &Position| outline::selection(&analysis, places.offset(*at));
        Ok(Some(params.positions.iter().map(of).collect()))
    }

    fn tokens(&mut self, params: SemanticTokensParams) -> Answer<Option<SemanticTokensResult>> {
        let analysis = self.read(&params.text_document.uri)?;
        let data = tokens::tokens(&analysis);
        Ok(Some(SemanticTokensResult::Tokens(SemanticTokens { result_id: None, data })))
    }

    fn hints(&mut self, params: InlayHintParams) -> Answer<Option<Vec<InlayHint>>> {
        let (_, analysis) = self.made(&params.text_document.uri)?;
        Ok(Some(hints::hints(&analysis, self.wanted, params.range)))
    }

    fn actions(&mut self, params: CodeActionParams) -> Answer<Option<Vec<CodeActionOrCommand>>> {
        let (path, analysis) = self.made(&params.text_document.uri)?;
        let version = self.workspace.open.get(&path).map_or(0, |document| document.version);
        let checks = |text: &str| self.workspace.instead(&path, text);
        let mut found = actions::actions(&analysis, &params.text_document.uri, version, params.range, &checks);
        if let Some(only) = params.context.only {
            let kind = |action: &CodeAction| action.kind.clone().unwrap_or(CodeActionKind::QUICKFIX);
            found.retain(|action| only.iter().any(|wanted| kind(action).as_str().starts_with(wanted.as_str())));
        }
        let taken = |action: CodeAction| CodeAction { edit: action.edit.map(|edit| self.as_taken(edit)), ..action };
        Ok(Some(found.into_iter().map(taken).map(CodeActionOrCommand::CodeAction).collect()))
    }

    fn lenses(&mut self, params: CodeLensParams) -> Answer<Option<Vec<CodeLens>>> {
        let (path, analysis) = self.made(&params.text_document.uri)?;
        let folders = self.workspace.folders(&path);
        let texts: BTreeSet<String> =
            analysis.program.sources.ids().map(|id| hash_of(&analysis.source(id).text)).collect();
        let progress = |name: &str| folders.iter().find_map(|folder| progress(&folder.join(RUNS).join(name), &texts));
        Ok(Some(lenses::lenses(&analysis, &path.to_string_lossy(), &progress)))
    }

    fn prepare_calls(&mut self, params: CallHierarchyPrepareParams) -> Answer<Option<Vec<CallHierarchyItem>>> {
        let (analysis, offset) = self.at(&params.text_document_position_params)?;
        let workspace = &self.workspace;
        Ok(calls::prepared(&analysis, offset, &|id| workspace.place(&analysis, id)).map(|item| vec![item]))
    }

    /// Of every text that may name the item.
    fn incoming(&mut self, params: CallHierarchyIncomingCallsParams) -> Answer<Option<Vec<CallHierarchyIncomingCall>>> {
        let CallHierarchyItem { uri, selection_range, name, .. } = params.item;
        let mut found: Vec<CallHierarchyIncomingCall> = vec![];
        for path in self.workspace.files() {
            if !self.workspace.text(&path).is_some_and(|text| text.contains(&name)) {
                continue;
            }
            let Some(analysis) = self.workspace.seen(&path) else { continue };
            let place = |id| self.workspace.place(&analysis, id);
            let own = calls::named(&analysis, &uri, selection_range, &place);
            found.extend(own.map(|id| calls::incoming(&analysis, id, &place)).unwrap_or_default());
        }
        found.sort_by_key(|call| (call.from.uri.as_str().to_string(), call.from.range.start));
        found.dedup_by(|a, b| a.from == b.from);
        Ok(Some(found))
    }

    fn outgoing(&mut self, params: CallHierarchyOutgoingCallsParams) -> Answer<Option<Vec<CallHierarchyOutgoingCall>>> {
        let CallHierarchyItem { uri, selection_range, .. } = params.item;
        let path = path_of(&uri).ok_or("no file")?;
        let analysis = self.workspace.seen(&path).ok_or("the file is not there")?;
        let place = |id| self.workspace.place(&analysis, id);
        let own = calls::named(&analysis, &uri, selection_range, &place);
        Ok(own.map(|id| calls::outgoing(&analysis, id, &place)))
    }

    fn preview(&mut self, params: PreviewParams) -> Answer<Option<PreviewResult>> {
        let (_, analysis) = self.made(&params.at.text_document.uri)?;
        let offset = analysis.places(analysis.entry()).offset(params.at.position);
        let Some((title, shown)) = preview::shown(&analysis, offset) else { return Ok(None) };
        let palette = if params.theme == Some(Theme::Dark) { &DARK } else { &LIGHT };
        let groups = pictures::of_shown(shown)?;
        Ok(Some(PreviewResult { title: title.into(), svg: sheet(title, groups, palette) }))
    }

    fn format(&mut self, params: DocumentFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
        let path = path_of(&params.text_document.uri).ok_or("no file")?;
        Ok(self.laid_out(&path))
    }

    fn format_range(&mut self, params: DocumentRangeFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
        let path = path_of(&params.text_document.uri).ok_or("no file")?;
        Ok(self.laid_out(&path).map(|edits| within(edits, params.range)))
    }

    /// Behind a `}`: the lines of what it closes.
    fn format_typed(&mut self, params: DocumentOnTypeFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
        let at = params.text_document_position;
        let path = path_of(&at.text_document.uri).ok_or("no file")?;
        let (analysis, offset) = self.at(&at)?;
        let folds = outline::folds(&analysis.source(analysis.entry()).text[..offset]);
        let line = at.position.line;
        let first = folds.iter().filter(|fold| fold.end_line + 1 == line).map(|fold| fold.start_line).min();
        let range = Range { start: Position { line: first.unwrap_or(line), character: 0 }, end: at.position };
        Ok(self.laid_out(&path).map(|edits| within(edits, range)))
    }

    /// The lines that the formatter would write otherwise; nothing where the text cannot be read.
    fn laid_out(&self, path: &Path) -> Option<Vec<TextEdit>> {
        let text = &self.workspace.open.get(path)?.text;
        let laid = syntax::format(text).ok()?;
        let difference = TextDiff::from_lines(text.as_str(), laid.as_str());
        let line = |number: usize| Position { line: number as u32, character: 0 };
        let lines: Vec<&str> = laid.split_inclusive('\n').collect();
        let edit = |old: std::ops::Range<usize>, new: std::ops::Range<usize>| TextEdit {
            range: Range { start: line(old.start), end: line(old.end) },
            new_text: lines.get(new).unwrap_or_default().concat(),
        };
        let edits = difference.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. })).flat_map(|op| {
            let (old, new) = (op.old_range(), op.new_range());
            // As many lines: each by itself, so that some can be taken without the others.
            match old.len() == new.len() {
                true => old.zip(new).map(|(o, n)| edit(o..o + 1, n..n + 1)).collect(),
                false => vec![edit(old, new)],
            }
        });
        Some(edits.collect())
    }
}

/// Changes of these lines alone.
fn within(mut edits: Vec<TextEdit>, range: Range) -> Vec<TextEdit> {
    // The end of an edit is the line behind it.
    edits.retain(|edit| range.start.line <= edit.range.start.line && edit.range.end.line <= range.end.line + 1);
    edits
}
