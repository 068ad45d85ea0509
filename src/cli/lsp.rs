//! `mhm lsp`: an editor's questions, answered one after another. Owns the connection, what is answered first, and what is stale.

mod answers;
mod arrays;
mod uri;
mod workspace;

use super::output::{Ended, Outcome};
use crate::lsp::completion::Snippets;
use crate::lsp::hints::{Shown, Wanted};
use crate::lsp::place::Encoding;
use crate::lsp::{findings, tokens};
use clap::Args;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    Cancel, DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument,
    DidSaveTextDocument, Exit, LogMessage, Notification as _, PublishDiagnostics, ShowMessage,
};
use lsp_types::request::{RegisterCapability, Request as _, Shutdown};
use lsp_types::{
    CallHierarchyServerCapability, CancelParams, CodeActionProviderCapability, CodeLensOptions, CompletionOptions,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DocumentOnTypeFormattingOptions, FoldingRangeProviderCapability, HoverProviderCapability, InitializeParams,
    LogMessageParams, MessageType, NumberOrString, OneOf, PublishDiagnosticsParams, Registration, RegistrationParams,
    RenameOptions, SelectionRangeProviderCapability, SemanticTokensFullOptions, SemanticTokensOptions,
    SemanticTokensServerCapabilities, ServerCapabilities, ShowMessageParams, SignatureHelpOptions,
    TextDocumentSyncCapability, TextDocumentSyncKind, WorkDoneProgressOptions,
};
use serde::de::DeserializeOwned;
use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use workspace::{Workspace, path_of};

const EXAMPLES: &str = "\
Examples:
  mhm lsp    started by an editor, which talks to it on standard input and output

Neovim, from 0.11 on (docs/editors.md has others):

  vim.filetype.add({ extension = { mhm = 'mhm' } })
  vim.lsp.config('mhm', { cmd = { 'mhm', 'lsp' }, filetypes = { 'mhm' }, root_markers = { '.git' } })
  vim.lsp.enable('mhm')";

/// Serve an editor: findings as you type, hover, completion, renaming (Language Server Protocol)
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Lsp {
    /// Talk on standard input and output, as it always does: some editors say so
    #[arg(long, hide = true)]
    stdio: bool,
}

pub fn run(_command: &Lsp) -> Ended {
    let (connection, threads) = Connection::stdio();
    let (id, params) = connection.initialize_start().map_err(|why| why.to_string())?;
    let params: InitializeParams = serde_json::from_value(params).map_err(|why| format!("`initialize`: {why}"))?;
    let mut server = Server::new(connection, &params);
    let about = serde_json::json!({
        "capabilities": capabilities(server.workspace.encoding),
        "serverInfo": { "name": "mhm", "version": env!("CARGO_PKG_VERSION") },
    });
    server.send(Message::Response(Response::new_ok(id, about)))?;
    server.watch(&params)?;
    let ended = server.serve();
    drop(server);
    threads.join().map_err(|why| format!("the editor is gone: {why}"))?;
    ended.map(|()| Outcome::Clean)
}

fn capabilities(encoding: Encoding) -> ServerCapabilities {
    let characters = |marks: &[&str]| marks.iter().map(|mark| (*mark).to_string()).collect::<Vec<_>>();
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::INCREMENTAL)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(characters(&[".", "(", ",", ":", ">", "\"", "/"])),
            ..CompletionOptions::default()
        }),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: Some(characters(&["(", ","])),
            ..SignatureHelpOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        semantic_tokens_provider: Some(SemanticTokensServerCapabilities::SemanticTokensOptions(
            SemanticTokensOptions {
                legend: tokens::legend(),
                full: Some(SemanticTokensFullOptions::Bool(true)),
                ..SemanticTokensOptions::default()
            },
        )),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_range_formatting_provider: Some(OneOf::Left(true)),
        document_on_type_formatting_provider: Some(DocumentOnTypeFormattingOptions {
            first_trigger_character: "}".into(),
            more_trigger_character: None,
        }),
        code_action_provider: Some(CodeActionProviderCapability::Simple(true)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
        inlay_hint_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    }
}

/// How far the session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    /// `shutdown` was answered: `exit` may come, and nothing else is done.
    Over,
}

/// How an editor takes changes of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edits {
    /// Each with the version of the text that it changes.
    Versioned,
    Plain,
}

struct Server {
    connection: Connection,
    workspace: Workspace,
    snippets: Snippets,
    edits: Edits,
    wanted: Wanted,
    /// What came, taken from the connection by a thread of its own: that hands over one message at a time.
    incoming: Receiver<Message>,
    /// What came and is not looked at yet.
    waiting: VecDeque<Message>,
    stage: Stage,
    cancelled: BTreeSet<String>,
    /// Texts whose findings the editor has not heard of.
    due: BTreeSet<PathBuf>,
}

impl Server {
    fn new(connection: Connection, params: &InitializeParams) -> Self {
        let (to, incoming) = channel();
        let from = connection.receiver.clone();
        std::thread::spawn(move || from.iter().try_for_each(|message| to.send(message)));
        let general = params.capabilities.general.as_ref();
        let encoding = Encoding::chosen(general.and_then(|general| general.position_encodings.as_deref()));
        let mut roots: Vec<PathBuf> =
            params.workspace_folders.iter().flatten().filter_map(|folder| uri::path(&folder.uri)).collect();
        #[expect(deprecated, reason = "editors that know no folders name a root")]
        let root = params.root_uri.as_ref().and_then(uri::path);
        roots.extend(root.filter(|_| roots.is_empty()));
        let completes = params.capabilities.text_document.as_ref().and_then(|text| text.completion.as_ref());
        let item = completes.and_then(|completion| completion.completion_item.as_ref());
        let fills = item.and_then(|item| item.snippet_support).unwrap_or(false);
        let edits = params.capabilities.workspace.as_ref().and_then(|workspace| workspace.workspace_edit.as_ref());
        let versioned = edits.and_then(|edits| edits.document_changes).unwrap_or(false);
        let options = params.initialization_options.as_ref();
        let shown = |name: &str| {
            let off = options.and_then(|options| options.get("hints")?.get(name)?.as_bool()) == Some(false);
            if off { Shown::No } else { Shown::Yes }
        };
        Self {
            connection,
            workspace: Workspace::new(roots, encoding),
            edits: if versioned { Edits::Versioned } else { Edits::Plain },
            snippets: if fills { Snippets::Yes } else { Snippets::No },
            wanted: Wanted { shapes: shown("shapes"), phases: shown("phases") },
            incoming,
            waiting: VecDeque::new(),
            stage: Stage::Open,
            cancelled: BTreeSet::new(),
            due: BTreeSet::new(),
        }
    }

    /// Asks to be told of files that change on the disk, where the editor can.
    fn watch(&mut self, params: &InitializeParams) -> Result<(), String> {
        let workspace = params.capabilities.workspace.as_ref();
        let watched = workspace.and_then(|workspace| workspace.did_change_watched_files);
        if watched.and_then(|watched| watched.dynamic_registration) != Some(true) {
            return Ok(());
        }
        let options =
            serde_json::json!({ "watchers": [{ "globPattern": "**/*.mhm" }, { "globPattern": "**/mhm.toml" }] });
        let registration = Registration {
            id: "files".into(),
            method: DidChangeWatchedFiles::METHOD.into(),
            register_options: Some(options),
        };
        let params = RegistrationParams { registrations: vec![registration] };
        self.send(Message::Request(Request::new("files".to_string().into(), RegisterCapability::METHOD.into(), params)))
    }

    /// Takes all that has come, then answers: a text that changed again meanwhile is not checked in between.
    fn serve(&mut self) -> Result<(), String> {
        loop {
            if self.waiting.is_empty() {
                self.publish();
            }
            // Publishing ends where a message comes meanwhile.
            if self.waiting.is_empty() {
                match self.incoming.recv() {
                    Ok(message) => self.take(message),
                    // An editor that died says nothing.
                    Err(_) => return Ok(()),
                }
            }
            while let Ok(message) = self.incoming.try_recv() {
                self.take(message);
            }
            match self.waiting.pop_front() {
                Some(Message::Request(request)) => {
                    if request.method == Shutdown::METHOD {
                        self.stage = Stage::Over;
                        self.send(Message::Response(Response::new_ok(request.id, serde_json::Value::Null)))?;
                    } else {
                        self.request(request)?;
                    }
                }
                Some(Message::Notification(note)) if note.method == Exit::METHOD => {
                    let early = "the editor left without `shutdown`".to_string();
                    return if self.stage == Stage::Over { Ok(()) } else { Err(early) };
                }
                Some(Message::Notification(note)) => self.notice(note),
                Some(Message::Response(_)) | None => {}
            }
        }
    }

    /// Sets a message down, and notes at once what it takes back.
    fn take(&mut self, message: Message) {
        if let Message::Notification(note) = &message
            && note.method == Cancel::METHOD
            && let Ok(CancelParams { id }) = serde_json::from_value(note.params.clone())
        {
            self.cancelled.insert(match id {
                NumberOrString::Number(id) => RequestId::from(id).to_string(),
                NumberOrString::String(id) => RequestId::from(id).to_string(),
            });
        }
        self.waiting.push_back(message);
    }

    fn request(&mut self, request: Request) -> Result<(), String> {
        let id = request.id.clone();
        let response = if self.stage == Stage::Over {
            Response::new_err(id, ErrorCode::InvalidRequest as i32, "the session is over".into())
        } else if self.cancelled.remove(&id.to_string()) {
            Response::new_err(id, ErrorCode::RequestCanceled as i32, "it is not wanted any more".into())
        } else {
            // A fault of ours costs one answer, not the session.
            match crate::fault::caught(|| self.answer(request)) {
                Ok(response) => response,
                Err(fault) => Response::new_err(id, ErrorCode::InternalError as i32, fault.to_string()),
            }
        };
        self.send(Message::Response(response))
    }

    fn send(&self, message: Message) -> Result<(), String> {
        self.connection.sender.send(message).map_err(|why| format!("the editor is gone: {why}"))
    }

    fn notice(&mut self, note: Notification) {
        if let Err(why) = self.noticed(note) {
            let said = LogMessageParams { typ: MessageType::ERROR, message: why };
            // An editor that is gone is found out by the next message.
            let _ = self.send(Message::Notification(Notification::new(LogMessage::METHOD.into(), said)));
        }
    }

    /// Takes down what an editor tells; what cannot be read changes nothing.
    fn noticed(&mut self, note: Notification) -> Result<(), String> {
        fn read<T: DeserializeOwned>(note: Notification) -> Result<T, String> {
            serde_json::from_value(note.params).map_err(|why| format!("`{}`: {why}", note.method))
        }
        match note.method.as_str() {
            DidOpenTextDocument::METHOD => {
                let DidOpenTextDocumentParams { text_document: opened } = read(note)?;
                self.workspace.opened(&opened.uri, opened.version, opened.text);
            }
            DidChangeTextDocument::METHOD => {
                let DidChangeTextDocumentParams { text_document: at, content_changes } = read(note)?;
                self.workspace.changed(&at.uri, at.version, content_changes);
            }
            DidCloseTextDocument::METHOD => {
                let DidCloseTextDocumentParams { text_document } = read(note)?;
                self.workspace.closed(&text_document.uri);
                self.tell(PublishDiagnosticsParams::new(text_document.uri, vec![], None));
            }
            DidChangeWatchedFiles::METHOD => {
                let DidChangeWatchedFilesParams { changes } = read(note)?;
                changes.iter().filter_map(|change| path_of(&change.uri)).for_each(|p| self.workspace.forget(&p));
            }
            DidSaveTextDocument::METHOD => {}
            _ => return Ok(()),
        }
        self.due = self.workspace.open.keys().cloned().collect();
        Ok(())
    }

    /// What is found in open texts, as soon as nothing waits: the first that is out of date, then whatever came meanwhile.
    fn publish(&mut self) {
        while let Some(path) = self.due.pop_first() {
            if self.workspace.is_due(&path)
                && let Ok(params) = crate::fault::caught(|| self.found(&path))
            {
                params.into_iter().for_each(|params| self.tell(params));
                for message in std::mem::take(&mut self.workspace.unsaid) {
                    let said = ShowMessageParams { typ: MessageType::WARNING, message };
                    let _ = self.send(Message::Notification(Notification::new(ShowMessage::METHOD.into(), said)));
                }
            }
            // What came meanwhile may change what is due.
            if let Ok(message) = self.incoming.try_recv() {
                self.take(message);
                return;
            }
        }
    }

    fn found(&mut self, path: &PathBuf) -> Option<PublishDiagnosticsParams> {
        let analysis = self.workspace.analysis(path)?;
        let workspace = &self.workspace;
        let document = workspace.open.get(path)?;
        let found = findings::findings(&analysis, &|id| workspace.place(&analysis, id));
        let params = PublishDiagnosticsParams::new(document.uri.clone(), found, Some(document.version));
        self.workspace.told(path);
        Some(params)
    }

    fn tell(&self, params: PublishDiagnosticsParams) {
        let note = Notification::new(PublishDiagnostics::METHOD.into(), params);
        // An editor that is gone is found out by the next message.
        let _ = self.send(Message::Notification(note));
    }
}
