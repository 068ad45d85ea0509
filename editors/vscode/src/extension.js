// Starts `mhm lsp` for .mhm files, and runs the program in a terminal where a person asks for it.
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
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher('**/*.mhm') },
  });
  try {
    await client.start();
  } catch (why) {
    vscode.window.showErrorMessage(`mhm: cannot start \`${program} lsp\`: ${why.message}. The setting mhm.path names the program.`);
  }
}

// The program on the file that is shown, saved, in a terminal of its own.
async function inTerminal(words) {
  const editor = vscode.window.activeTextEditor;
  if (!editor || editor.document.languageId !== 'mhm') {
    vscode.window.showInformationMessage('mhm: open a .mhm file first');
    return;
  }
  await editor.document.save();
  const folder = vscode.workspace.getWorkspaceFolder(editor.document.uri);
  const shell = vscode.window.createTerminal({ name: 'mhm', cwd: folder && folder.uri.fsPath });
  const quoted = `"${editor.document.uri.fsPath.replace(/(["\\$`])/g, '\\$1')}"`;
  shell.show();
  shell.sendText([options().program, ...words, quoted].join(' '));
}

async function activate(context) {
  const commands = { check: ['check', '--data'], plan: ['plan'], run: ['run'] };
  for (const [name, words] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(`mhm.${name}`, () => inTerminal(words)));
  }
  context.subscriptions.push(vscode.commands.registerCommand('mhm.restart', async () => {
    if (client) await client.stop();
    await start();
  }));
  await start();
}

module.exports = { activate, deactivate: () => client && client.stop() };
