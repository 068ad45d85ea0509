// Starts `mhm lsp` for .mhm files, draws what is under the cursor, and runs the program in a terminal where a person asks for it.
const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

let client;

function options() {
  const settings = vscode.workspace.getConfiguration('mhm');
  const hints = { shapes: settings.get('hints.shapes'), phases: settings.get('hints.phases') };
  return { program: settings.get('path') || 'mhm', hints };
}

async function start() {
  const { program, hints } = options();
  client = new LanguageClient('mhm', 'mhm', { command: program, args: ['lsp'] }, {
    documentSelector: [{ language: 'mhm' }],
    initializationOptions: { hints },
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher('**/{*.mhm,mhm.toml}') },
  });
  try {
    await client.start();
  } catch (why) {
    vscode.window.showErrorMessage(`mhm: cannot start \`${program} lsp\`: ${why.message}. The setting mhm.path names the program.`);
  }
}

const quoted = (text) => `"${text.replace(/(["\\$`])/g, '\\$1')}"`;

// The program on a file, saved, in a terminal of its own: the file that is shown, or the one of a lens.
async function inTerminal(words, path, name) {
  const editor = vscode.window.activeTextEditor;
  const shown = editor && editor.document.languageId === 'mhm' ? editor.document : undefined;
  if (!path && !shown) {
    vscode.window.showInformationMessage('mhm: open a .mhm file first');
    return;
  }
  const file = path || shown.uri.fsPath;
  const open = vscode.workspace.textDocuments.find((document) => document.uri.fsPath === file);
  if (open) await open.save();
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file));
  const shell = vscode.window.createTerminal({ name: 'mhm', cwd: folder && folder.uri.fsPath });
  shell.show();
  shell.sendText([options().program, ...words, quoted(file), ...(name ? [name] : [])].join(' '));
}

function status(name) {
  const folder = (vscode.workspace.workspaceFolders || [])[0];
  const shell = vscode.window.createTerminal({ name: 'mhm', cwd: folder && folder.uri.fsPath });
  shell.show();
  shell.sendText([options().program, 'status', name].join(' '));
}

// Pictures of the item under the cursor, beside the text.
let panel;
let drawing;

async function draw() {
  const editor = vscode.window.activeTextEditor;
  if (!panel || !client || !editor || editor.document.languageId !== 'mhm') return;
  const { Light, HighContrastLight } = vscode.ColorThemeKind;
  const light = [Light, HighContrastLight].includes(vscode.window.activeColorTheme.kind);
  try {
    const shown = await client.sendRequest('mhm/preview', {
      textDocument: { uri: editor.document.uri.toString() },
      position: editor.selection.active,
      theme: light ? 'light' : 'dark',
    });
    // Between items, and while one is not sound, the last picture stays.
    if (!shown || !panel) return;
    panel.title = shown.title;
    panel.webview.html = `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">${shown.svg.replace(/^<\?xml[^>]*>\s*/, '')}`;
  } catch (why) {
    panel.webview.html = `<!doctype html><p>${String(why.message).replace(/[&<]/g, (c) => (c === '&' ? '&amp;' : '&lt;'))}</p>`;
  }
}

function later() {
  clearTimeout(drawing);
  drawing = setTimeout(draw, 150);
}

function preview(context) {
  if (!panel) {
    panel = vscode.window.createWebviewPanel('mhm.preview', 'mhm', { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
    panel.onDidDispose(() => { panel = undefined; }, undefined, context.subscriptions);
  }
  return draw();
}

async function activate(context) {
  const commands = { check: ['check', '--data'], plan: ['plan'], run: ['run'] };
  const on = (name, work) => context.subscriptions.push(vscode.commands.registerCommand(`mhm.${name}`, work));
  for (const [name, words] of Object.entries(commands)) {
    on(name, (path, item) => inTerminal(words, typeof path === 'string' ? path : undefined, item));
  }
  on('status', status);
  on('preview', () => preview(context));
  context.subscriptions.push(
    vscode.window.onDidChangeTextEditorSelection(later),
    vscode.window.onDidChangeActiveColorTheme(later),
    vscode.workspace.onDidChangeTextDocument(later),
  );
  context.subscriptions.push(vscode.commands.registerCommand('mhm.restart', async () => {
    if (client) await client.stop();
    await start();
  }));
  await start();
}

module.exports = { activate, deactivate: () => client && client.stop() };
