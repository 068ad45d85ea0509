/**
 * The grammar of mhm for editors. `grammar/mhm.pest` is what the language is; this follows it, and takes only what is right.
 *
 * Any word may also be a name. Where no keyword can stand, the lexer of tree-sitter reads one as a name by itself; where both can,
 * `_variable` and `_name` list the words.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

// From weak to strong.
const PREC = {
  pipe: 1,
  and: 2,
  range: 3,
  add: 4,
  multiply: 5,
  repeat: 6,
  negate: 7,
  postfix: 8,
  // The unit behind a number belongs to it.
  length: 9,
};

const ROLES = ["uni", "fusion", "head", "fixed"];
const KINDS = ["network", "schedule", "dataset", "pipeline", "experiment"];
const UNITS = ["epochs", "epoch", "steps", "step", "samples", "sample", "rounds", "round"];
const SETTINGS = ["optimizer", "rate", "clip", "modality_dropout", "mixup", "accumulate", "frozen_dropout"];
const PARTS = ["data", "modalities", "network", "loss", "schedule"];
// Words that begin a statement where a name may stand, too: `cross each seeds`.
const EXPERIMENT = [
  "vary",
  "choose",
  "seeds",
  "cross",
  "repeats",
  "noise",
  "run",
  "reference",
  "table",
  "figure",
  "compare",
  "published",
];

/** `rule, rule` */
const list = (rule) => seq(rule, repeat(seq(",", rule)));

/** `rule, rule,`, or nothing */
const items = (rule) => optional(seq(list(rule), optional(",")));

/** Words read as a name. */
const names = ($, words) => alias(words.length > 1 ? choice(...words) : words[0], $.identifier);

/** The word of an item, whether or not it is at the start of a line. */
const start = ($, word) => choice(word, alias($[`_${word}`], word));

/** The head of an item: its word, its name, its parameters. */
const head = ($, word) => seq(start($, word), field("name", $.identifier), optional(field("parameters", $.parameters)));

/** `{ statement statement }` */
const body = (statement) => seq("{", repeat(statement), "}");

module.exports = grammar({
  name: "mhm",

  word: ($) => $.identifier,

  // Words at the start of a line that surely begin an item (`src/scanner.c`). They come even where none may begin, so that what is
  // open before an item does not swallow it. `_never` does not come: as an extra it has the scanner asked everywhere.
  externals: ($) => [
    $._allow,
    $._use,
    $._block,
    $._network,
    $._schedule,
    $._dataset,
    $._pipeline,
    $._experiment,
    $._range,
    $._never,
  ],

  extras: ($) => [/[ \t\n\r\f]+/, $.comment, $.doc_comment, $._never],

  supertypes: ($) => [$.item, $.expression],

  inline: ($) => [$._branch],

  rules: {
    source_file: ($) => repeat(seq(repeat($.allow), $.item)),

    // ---------------------------------------------------------------- items

    allow: ($) => seq(start($, "allow"), "(", list($.lint), optional(","), ")"),
    lint: () => /[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*/,

    item: ($) => choice($.use, $.block, $.network, $.schedule, $.dataset, $.pipeline, $.experiment, $.alias),

    use: ($) => seq(start($, "use"), field("path", choice($.string, $.path))),
    path: ($) => seq($.identifier, repeat(seq(".", choice($.identifier, "*")))),

    block: ($) =>
      seq(
        head($, "block"),
        choice(seq("=", field("value", $.expression)), field("body", alias($._block_body, $.body))),
      ),
    network: ($) => seq(head($, "network"), field("body", alias($._network_body, $.body))),
    schedule: ($) => seq(head($, "schedule"), field("body", alias($._schedule_body, $.body))),
    dataset: ($) =>
      seq(
        head($, "dataset"),
        choice(
          seq("from", field("source", $.expression), optional(field("body", alias($._dataset_body, $.body)))),
          field("body", alias($._dataset_body, $.body)),
        ),
      ),
    pipeline: ($) => seq(head($, "pipeline"), field("body", alias($._pipeline_body, $.body))),
    experiment: ($) => seq(head($, "experiment"), field("body", alias($._experiment_body, $.body))),

    // `dataset near = TwoMoons(noise: 0.1)`
    alias: ($) =>
      seq(
        field("kind", choice(...KINDS.map((word) => start($, word)))),
        field("name", $.identifier),
        "=",
        field("value", $.expression),
      ),

    parameters: ($) => seq("(", items($.parameter), ")"),
    parameter: ($) =>
      seq(
        field("name", $.identifier),
        optional(seq(":", field("type", alias($.identifier, $.type)))),
        optional(seq("=", field("default", $.expression))),
      ),

    _block_body: ($) => body(choice($.input, $.layer, $.let, $.output)),
    _network_body: ($) => body(choice($.input, $.module, $.let, $.output)),
    _schedule_body: ($) => body(choice($.folds, $.replicas, $.repeat, $.for, $.phase, $.deploy)),
    _phase_body: ($) => body(choice($.train, $.setting)),
    _dataset_body: ($) => body(choice($.modality, $.target, $.group, $.split)),
    _pipeline_body: ($) =>
      body(choice($.part, $.budget, $.detect, $.metrics, $.start, $.keep, $.setting)),
    _experiment_body: ($) =>
      body(
        choice(
          $.vary,
          $.choose,
          $.seeds,
          $.cross,
          $.repeats,
          $.noise,
          $.run,
          $.reference,
          $.table,
          $.figure,
          $.compare,
          $.published,
        ),
      ),
    _choose_body: ($) => body(choice($.trials, $.seeds, $.judged, $.sampler, $.halving)),
    _table_body: ($) => body(alias($.table_axis, $.axis)),
    _figure_body: ($) => body(choice(alias($.figure_axis, $.axis), $.every)),

    // ---------------------------------------------------------------- block, network

    input: ($) => seq("in", list($.view)),
    view: ($) => seq($._branch, ":", field("shape", $.list)),
    module: ($) =>
      seq(
        field("role", $.role),
        $._branch,
        "=",
        field("value", $.expression),
        optional(seq("from", field("source", $.string))),
      ),
    layer: ($) =>
      seq("layer", $._branch, "=", field("value", $.expression), optional(seq("from", field("source", $.string)))),
    let: ($) => seq("let", field("name", choice($.identifier, $.names)), "=", field("value", $.expression)),
    output: ($) => seq("out", optional(seq(field("name", $._name), "=")), field("value", $.expression)),

    // `each view`, `view`, and a view called `each`
    _branch: ($) => seq(optional("each"), field("name", choice($.identifier, names($, ["each"])))),
    names: ($) => seq("(", list($.identifier), optional(","), ")"),
    role: () => choice(...ROLES),

    // ---------------------------------------------------------------- schedule

    folds: ($) => seq("folds", field("count", $.expression), repeat(seq(",", $.option))),
    option: ($) => seq(field("name", $.identifier), ":", field("value", $.expression)),
    replicas: ($) => seq("replicas", list(field("role", $.role)), field("count", $.expression)),
    repeat: ($) =>
      seq("repeat", optional(field("times", $.expression)), field("body", alias($._schedule_body, $.body))),
    for: ($) =>
      seq("for", field("variable", $.identifier), "in", "folds", field("body", alias($._schedule_body, $.body))),
    phase: ($) => seq("phase", field("name", $.identifier), field("body", alias($._phase_body, $.body))),
    deploy: ($) => seq("deploy", choice($.best, $.last, field("value", $.expression))),
    best: ($) =>
      seq(
        "best",
        field("role", $.role),
        "on",
        field("on", $.expression),
        optional(seq("by", field("by", $.identifier))),
      ),
    last: ($) => seq("last", field("role", $.role)),

    train: ($) =>
      seq(
        "train",
        list(field("what", $.expression)),
        "on",
        field("on", $.expression),
        optional(seq("through", list(field("through", $.expression)))),
        optional(choice(seq("for", field("length", $._amount)), $.until)),
      ),
    until: ($) =>
      seq(
        "until",
        "no",
        "gain",
        "in",
        field("patience", $._amount),
        "on",
        field("on", $.expression),
        optional(seq("at", "most", field("most", $._amount))),
      ),
    setting: ($) =>
      choice(
        seq(field("kind", choice(...SETTINGS)), $._setting_value),
        // Only a batch size has options.
        seq(field("kind", "batch"), $._setting_value, repeat(seq(",", $.option))),
      ),
    _setting_value: ($) => seq(optional(seq(field("role", $.role), ":")), field("value", $.expression)),

    // `n epochs`, `2 * n epochs`; a value that has its unit; no number alone
    _amount: ($) => choice($.amount, $._value),
    amount: ($) => seq(field("count", $.expression), field("unit", $.unit)),
    unit: () => choice(...UNITS),

    // ---------------------------------------------------------------- dataset

    modality: ($) =>
      seq("modality", field("name", $.identifier), ":", field("shape", $.list), "=", field("value", $.expression)),
    target: ($) =>
      seq("target", field("name", $.identifier), ":", field("type", $.expression), "=", field("value", $.expression)),
    group: ($) =>
      seq("group", field("name", $.identifier), "=", field("value", $.expression), repeat(seq(",", $.option))),
    split: ($) => seq("split", field("name", $.identifier), "=", field("value", $.expression)),

    // ---------------------------------------------------------------- pipeline

    part: ($) => seq(field("kind", choice(...PARTS)), field("value", $.expression)),
    budget: ($) => seq("budget", field("length", $._amount)),
    detect: ($) => seq("detect", field("name", $.identifier), "=", field("value", $.expression)),
    metrics: ($) => seq("metrics", list($.metric)),
    metric: ($) => seq(optional(seq(field("name", $._name), "=")), field("value", $.expression)),
    start: ($) => seq("start", field("name", $.identifier), "from", field("source", $.expression)),
    keep: ($) =>
      seq(
        "keep",
        "best",
        "on",
        field("on", $.identifier),
        optional(seq("by", field("by", $.identifier))),
      ),

    // ---------------------------------------------------------------- experiment

    vary: ($) =>
      seq(
        "vary",
        field("name", choice($.identifier, $.names)),
        "in",
        field("values", choice($.choices, $.expression)),
      ),
    // Where choices may stand, a `[` begins them, not a list.
    choices: ($) => prec(1, seq("[", items($.choice), "]")),
    choice: ($) => prec(1, seq(optional(seq(field("label", $._label), ":")), field("value", $.expression))),
    _label: ($) => choice($._name, $.string),
    choose: ($) =>
      seq(
        "choose",
        list($.dimension),
        optional(seq("for", list(field("for", choice($.identifier, $.string))))),
        field("body", alias($._choose_body, $.body)),
      ),
    dimension: ($) => seq(field("name", $.identifier), "in", field("values", $.expression)),
    trials: ($) => seq("trials", field("count", $.expression)),
    judged: ($) => seq("by", $.measure),
    sampler: ($) => seq("sampler", field("name", $.identifier)),
    halving: ($) => seq("halving", field("factor", $.expression), "from", field("from", $._amount)),
    seeds: ($) => seq("seeds", field("value", $.expression)),
    cross: ($) =>
      seq(
        "cross",
        choice(
          prec(1, seq("each", field("each", choice($.identifier, names($, EXPERIMENT))))),
          field("parts", $.expression),
        ),
        repeat(seq(",", $.option)),
      ),
    repeats: ($) => seq("repeats", field("count", $.expression)),
    noise: ($) => seq("noise", field("value", $.expression)),
    run: ($) => seq("run", field("value", $.expression)),
    reference: ($) => seq("reference", field("name", $.identifier), "=", field("value", $.expression)),
    compare: ($) => seq("compare", field("name", $.identifier), optional(seq("on", list($.measure)))),
    table: ($) => seq("table", list($.shown), optional(field("body", alias($._table_body, $.body)))),
    figure: ($) => seq("figure", list($.shown), optional(field("body", alias($._figure_body, $.body)))),
    published: ($) =>
      seq("published", field("source", $.string), $.measure, "=", field("values", choice($.choices, $.expression))),

    // `"Error of unseen people": test_error`
    shown: ($) => seq(optional(seq(field("label", $._label), ":")), $.measure),
    // `test_error`; `test_f1[2]` of one class
    measure: ($) => seq(field("name", $.identifier), optional(field("class", $.class))),
    class: () => token.immediate(/\[[A-Za-z0-9_]+\][A-Za-z0-9_]*/),
    table_axis: ($) => seq(field("kind", choice("rows", "columns", "cells")), list(field("name", $.identifier))),
    figure_axis: ($) => seq(field("kind", choice("lines", "panels")), list(field("name", $.identifier))),
    every: ($) => seq("every", field("value", $.expression)),

    // ---------------------------------------------------------------- expressions

    expression: ($) => choice($.number, $._value),

    // An expression that is no number alone.
    _value: ($) => choice($.length, $.negation, $.binary, $._primary),

    _primary: ($) =>
      choice($._variable, $.boolean, $.string, $.list, $.tuple, $.call, $.index, $.member),

    binary: ($) =>
      choice(
        ...[
          ["|>", PREC.pipe],
          ["&", PREC.and],
          // A range has a blank behind its `..`.
          [alias($._range, ".."), PREC.range],
          [choice("+", "-"), PREC.add],
          [choice("*", "/"), PREC.multiply],
          ["**", PREC.repeat],
        ].map(([operator, strength]) =>
          prec.left(
            strength,
            seq(field("left", $.expression), field("operator", operator), field("right", $.expression)),
          ),
        ),
      ),
    negation: ($) => prec(PREC.negate, seq("-", field("value", $.expression))),

    call: ($) => prec(PREC.postfix, seq(field("function", $._primary), field("arguments", $.arguments))),
    arguments: ($) => seq("(", items(choice($.condition, $.argument, $.expression)), ")"),
    argument: ($) => seq(field("name", $._name), ":", field("value", $.expression)),
    // `subject not in ["S03", "S07"]`
    condition: ($) =>
      seq(
        field("name", $._name),
        field("relation", choice("==", "!=", "in", seq("not", "in"))),
        field("value", $.expression),
      ),
    index: ($) => prec(PREC.postfix, seq(field("value", $._primary), "[", field("at", $.expression), "]")),
    member: ($) => prec(PREC.postfix, seq(field("value", $._primary), ".", field("name", $.identifier))),

    list: ($) => seq("[", items($.expression), "]"),
    tuple: ($) => seq("(", list($.expression), optional(","), ")"),
    length: ($) => prec(PREC.length, seq(field("count", $.number), field("unit", $.unit))),

    // A name in an expression. The words are those that may stand where an expression begins, too.
    _variable: ($) => choice($.identifier, names($, [...ROLES, "each", "best", "last"])),
    // The same where it gets a value.
    _name: ($) => choice($._variable, names($, ["true", "false"])),

    boolean: () => choice("true", "false"),
    number: () => /[0-9][0-9_]*(\.[0-9][0-9_]*)?([eE][+-]?[0-9]+)?/,
    string: ($) =>
      seq(
        '"',
        repeat(choice($.escape, $.placeholder, alias($._text, $.string_content))),
        token.immediate('"'),
      ),
    _text: () => token.immediate(prec(1, /[^"\\\n{]+|\{/)),
    escape: () => token.immediate(/\\["\\nt]/),
    placeholder: () => token.immediate(prec(2, choice("{split}", "{name}"))),

    identifier: () => /[A-Za-z_][A-Za-z0-9_]*/,

    // `////` is a comment again.
    comment: () => token(choice(/\/\/([^\/\n][^\n]*)?/, /\/\/\/\/[^\n]*/)),
    doc_comment: () => /\/\/\/([^\/\n][^\n]*)?/,
  },
});
