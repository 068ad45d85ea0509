-- Neovim without a screen, driven through what `mhm lsp` gives it. Called by `tests/it/editors.rs` with the program in $MHM and the
-- file in $FILE; says what it saw, a line each, and leaves.
local function say(what) io.stdout:write(what .. '\n') end
local function fail(why) say('FAILED ' .. why); vim.cmd('cquit 1') end

vim.o.virtualedit = 'onemore'
vim.cmd('edit ' .. vim.env.FILE)
local buffer = vim.api.nvim_get_current_buf()
local client = vim.lsp.start_client({ name = 'mhm', cmd = { vim.env.MHM, 'lsp' }, root_dir = vim.fn.getcwd() })
if not client then fail('no client') end
vim.lsp.buf_attach_client(buffer, client)
local function ready() return vim.lsp.get_client_by_id(client) and vim.lsp.buf_is_attached(buffer, client) end
if not vim.wait(20000, ready) then fail('not attached') end

local function lines() return vim.api.nvim_buf_get_lines(buffer, 0, -1, false) end
-- The cursor before a piece of text, so many characters further.
local function go(piece, further)
  for number, line in ipairs(lines()) do
    local at = line:find(piece, 1, true)
    if at then
      vim.api.nvim_win_set_cursor(0, { number, at - 1 + (further or 0) })
      return
    end
  end
  fail('no ' .. piece)
end
local function ask(method, more)
  local params = vim.lsp.util.make_position_params()
  for key, value in pairs(more or {}) do params[key] = value end
  local answers = vim.lsp.buf_request_sync(buffer, method, params, 20000)
  local answer = answers and answers[client]
  if not answer or answer.err then fail(method .. ' ' .. vim.inspect(answer)) end
  return answer.result
end
local function found(count)
  if not vim.wait(20000, function() return #vim.diagnostic.get(buffer) == count end) then
    fail('findings: ' .. vim.inspect(vim.diagnostic.get(buffer)))
  end
  return vim.diagnostic.get(buffer)
end

found(0)
say('attached, nothing found')

go('linear(2)')
vim.cmd('normal! cwlineer')
local one = found(1)[1]
say('diagnostics: ' .. one.code .. ' in line ' .. (one.lnum + 1) .. ': ' .. one.message:match('[^\n]*'))
local actions = ask('textDocument/codeAction', {
  range = { start = { line = one.lnum, character = one.col }, ['end'] = { line = one.lnum, character = one.col } },
  context = { diagnostics = {} },
})
say('code action: ' .. actions[1].title)
vim.lsp.util.apply_workspace_edit(actions[1].edit, vim.lsp.get_client_by_id(client).offset_encoding)
found(0)
say('mended: ' .. lines()[vim.api.nvim_win_get_cursor(0)[1]])

go('join ')
say('hover: ' .. ask('textDocument/hover').contents.value:gsub('\n+', ' | '))

go('let ', 0)
local above = vim.api.nvim_win_get_cursor(0)[1] - 1
vim.api.nvim_buf_set_lines(buffer, above, above, false, { '  out ' })
vim.api.nvim_win_set_cursor(0, { above + 1, 6 })
local offered = {}
for _, item in ipairs(ask('textDocument/completion')) do offered[item.label] = true end
for _, word in ipairs({ 'see', 'hear', 'left', 'softmax' }) do
  if not offered[word] then fail('not offered: ' .. word) end
end
say('completion offers see, hear, left, softmax; adam: ' .. tostring(offered.adam or false))
vim.api.nvim_buf_set_lines(buffer, above, above + 1, false, {})
found(0)

go('join ')
local edit = ask('textDocument/rename', { newName = 'joint' })
vim.lsp.util.apply_workspace_edit(edit, vim.lsp.get_client_by_id(client).offset_encoding)
found(0)
local count = 0
for _, line in ipairs(lines()) do
  if line:find('joint', 1, true) then count = count + 1 end
end
say('renamed in ' .. count .. ' lines')

go('let ')
vim.cmd('normal! d0')
local layout = ask('textDocument/formatting', { options = { tabSize = 2, insertSpaces = true } })
vim.lsp.util.apply_text_edits(layout, buffer, vim.lsp.get_client_by_id(client).offset_encoding)
found(0)
go('let ')
say('formatted: ' .. lines()[vim.api.nvim_win_get_cursor(0)[1]])

-- What only some editors show: lines above items, pieces made items, who uses whom.
local document = vim.lsp.util.make_text_document_params()
local function request(method, params)
  local answers = vim.lsp.buf_request_sync(buffer, method, params, 20000)
  local answer = answers and answers[client]
  if not answer or answer.err then fail(method .. ' ' .. vim.inspect(answer)) end
  return answer.result
end
go('linear(width) |> relu')
local from = vim.api.nvim_win_get_cursor(0)
local piece = { start = { line = from[1] - 1, character = from[2] } }
piece['end'] = { line = from[1] - 1, character = from[2] + #'linear(width) |> relu' }
local extract = request('textDocument/codeAction', { textDocument = document, range = piece, context = { diagnostics = {} } })
say('selection: ' .. extract[1].title)
vim.lsp.util.apply_workspace_edit(extract[1].edit, vim.lsp.get_client_by_id(client).offset_encoding)
found(0)
say('extracted: ' .. lines()[1])
local shown = request('textDocument/inlayHint', {
  textDocument = document,
  range = { start = { line = 0, character = 0 }, ['end'] = { line = #lines(), character = 0 } },
})
say('hints: ' .. #shown .. ', the first ' .. shown[1].label)
go('network Net', #'network ')
local item = ask('textDocument/prepareCallHierarchy')[1]
local uses = request('callHierarchy/outgoingCalls', { item = item })
say(item.name .. ' uses ' .. uses[1].to.name)
vim.api.nvim_buf_set_lines(buffer, -1, -1, false, {
  'dataset D from two_moons(per_class: 20, noise: 0.1) {',
  '  modality left: [1]  = line(point: [1, 0], direction: [-1, 1])',
  '  modality right: [1] = line(point: [0, 0], direction: [1, 0])',
  '  target   moon: class(2) = labels',
  '  split    test  = random(0.2)',
  '  split    train = rest',
  '}',
  'schedule Whole { repeat { phase all { train uni, fusion, head on all } } }',
  'pipeline p { data D  network Net  loss cross_entropy  optimizer adam(lr: 0.01)  schedule Whole  batch 8  budget 2 epochs }',
})
found(0)
local titles = {}
for _, lens in ipairs(request('textDocument/codeLens', { textDocument = document })) do
  table.insert(titles, lens.command.title)
end
say('lenses: ' .. table.concat(titles, ', '))
go('network Net')
local drawn = request('mhm/preview', {
  textDocument = document,
  position = { line = vim.api.nvim_win_get_cursor(0)[1] - 1, character = 3 },
})
say('picture of ' .. drawn.title .. ': ' .. tostring(drawn.svg:find('<svg', 1, true) ~= nil))

go('see(left)')
local place = ask('textDocument/definition')
say('definition: line ' .. (place.range.start.line + 1))
vim.lsp.stop_client(client)
vim.wait(500)
vim.cmd('qall!')
