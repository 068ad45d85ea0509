// What the tables of the grammar cannot see: that an item surely begins, whatever is open before it, and that a blank
// follows a `..`. Both need a look ahead. Nothing is kept from one token to the next.

#include "tree_sitter/parser.h"

#include <string.h>

// In the order of `externals` in grammar.js.
enum Token { ALLOW, USE, BLOCK, NETWORK, SCHEDULE, DATASET, PIPELINE, EXPERIMENT, RANGE, NEVER };

static const char *const WORDS[] = {"allow", "use", "block", "network", "schedule", "dataset", "pipeline", "experiment"};

// Brackets and texts of parameters that are looked through for the `{` behind them.
static const unsigned MAX_LOOK = 4096;

static bool is_word(int32_t c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool begins_name(int32_t c) { return is_word(c) && !(c >= '0' && c <= '9'); }

static bool is_blank(int32_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

static void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

// Reads a word; false if it is longer than there is room for.
static bool read_word(TSLexer *lexer, char *word, unsigned room) {
  unsigned length = 0;
  for (; is_word(lexer->lookahead); advance(lexer)) {
    if (length + 1 < room) word[length] = (char)lexer->lookahead;
    length++;
  }
  word[length < room ? length : room - 1] = '\0';
  return length < room;
}

// Goes past blanks and comments. A single `/` is read, and false returned.
static bool skip_blanks(TSLexer *lexer) {
  for (;;) {
    while (is_blank(lexer->lookahead)) advance(lexer);
    if (lexer->lookahead != '/') return true;
    advance(lexer);
    if (lexer->lookahead != '/') return false;
    while (lexer->lookahead != '\n' && !lexer->eof(lexer)) advance(lexer);
  }
}

// Goes past the parameters that begin here; false if they do not end.
static bool skip_parameters(TSLexer *lexer) {
  unsigned depth = 0;
  for (unsigned looked = 0; looked < MAX_LOOK; looked++) {
    skip_blanks(lexer);
    int32_t c = lexer->lookahead;
    if (lexer->eof(lexer) || c == '{' || c == '}') return false;
    advance(lexer);
    if (c == '(') depth++;
    if (c == ')' && --depth == 0) return true;
    if (c == '"') {
      while (lexer->lookahead != '"') {
        if (lexer->lookahead == '\\') advance(lexer);
        if (lexer->lookahead == '\n' || lexer->eof(lexer)) return false;
        advance(lexer);
      }
      advance(lexer);
    }
  }
  return false;
}

// Whether an item surely begins with `word`, which was read at the start of a line: its head follows. A statement of a
// pipeline may begin with `network Name(…)`, too, but has no `{` behind it. This is `src/syntax/split.rs`, in short.
static bool begins_item(TSLexer *lexer, unsigned word) {
  if (word == USE) {
    while (lexer->lookahead == ' ' || lexer->lookahead == '\t') advance(lexer);
    int32_t c = lexer->lookahead;
    if (c == '/') {
      advance(lexer);
      return lexer->lookahead != '/';
    }
    return begins_name(c) || (c > 0 && c < 128 && strchr("\"',:=.+-*&|", c) != NULL);
  }
  if (!skip_blanks(lexer)) return false;
  if (word == ALLOW) return lexer->lookahead == '(';
  if (!begins_name(lexer->lookahead)) return false;
  while (is_word(lexer->lookahead)) advance(lexer);
  if (!skip_blanks(lexer)) return false;
  if (lexer->lookahead == '(' && (!skip_parameters(lexer) || !skip_blanks(lexer))) return false;
  char from[6];
  return lexer->lookahead == '{' || lexer->lookahead == '=' ||
         (word == DATASET && read_word(lexer, from, sizeof from) && strcmp(from, "from") == 0);
}

void *tree_sitter_mhm_external_scanner_create(void) { return NULL; }

void tree_sitter_mhm_external_scanner_destroy(void *payload) { (void)payload; }

unsigned tree_sitter_mhm_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload, (void)buffer;
  return 0;
}

void tree_sitter_mhm_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload, (void)buffer, (void)length;
}

bool tree_sitter_mhm_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  (void)payload;
  while (is_blank(lexer->lookahead)) lexer->advance(lexer, true);
  if (lexer->lookahead == '.' && valid[RANGE]) {
    advance(lexer);
    if (lexer->lookahead != '.') return false;
    advance(lexer);
    lexer->mark_end(lexer);
    lexer->result_symbol = RANGE;
    return is_blank(lexer->lookahead) && lexer->lookahead != '\f';
  }
  // Where no item may begin, it is said all the same: what is open is at fault, and parsing goes on with the item.
  char read[11];
  if (!begins_name(lexer->lookahead) || !read_word(lexer, read, sizeof read)) return false;
  unsigned word = ALLOW;
  while (word <= EXPERIMENT && strcmp(read, WORDS[word]) != 0) word++;
  if (word > EXPERIMENT || lexer->get_column(lexer) != strlen(read)) return false;
  lexer->mark_end(lexer);
  lexer->result_symbol = (TSSymbol)word;
  return begins_item(lexer, word);
}
