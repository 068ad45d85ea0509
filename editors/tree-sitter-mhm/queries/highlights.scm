; Every node is coloured by one pattern at most: which of two wins is not the same in every editor.

; Comments, texts, numbers

(comment) @comment
(doc_comment) @comment.documentation

(string) @string
(escape) @string.escape
(placeholder) @string.special

[
  (number)
  (class)
] @number

(boolean) @constant.builtin

; Words of the language

[
  "block"
  "network"
  "schedule"
  "dataset"
  "pipeline"
  "experiment"
  "allow"
  "in"
  "each"
  "layer"
  "let"
  "out"
  "from"
  "folds"
  "replicas"
  "phase"
  "train"
  "on"
  "through"
  "until"
  "no"
  "gain"
  "at"
  "most"
  "deploy"
  "best"
  "last"
  "by"
  "optimizer"
  "rate"
  "clip"
  "batch"
  "modality_dropout"
  "mixup"
  "accumulate"
  "frozen_dropout"
  "modality"
  "target"
  "group"
  "split"
  "data"
  "modalities"
  "loss"
  "budget"
  "detect"
  "metrics"
  "start"
  "keep"
  "vary"
  "choose"
  "trials"
  "sampler"
  "halving"
  "seeds"
  "cross"
  "repeats"
  "noise"
  "run"
  "reference"
  "compare"
  "table"
  "rows"
  "columns"
  "cells"
  "figure"
  "lines"
  "panels"
  "every"
  "published"
] @keyword

"use" @keyword.import

[
  "repeat"
  "for"
] @keyword.repeat

"not" @keyword.operator

(role) @keyword.modifier
(unit) @keyword.modifier

; Marks

[
  "|>"
  "&"
  ".."
  "+"
  "-"
  "*"
  "/"
  "**"
  "=="
  "!="
  "="
] @operator

[
  ","
  "."
  ":"
] @punctuation.delimiter

[
  "("
  ")"
  "["
  "]"
  "{"
  "}"
] @punctuation.bracket

; Names that are given

(block name: (identifier) @type)
(network name: (identifier) @type)
(schedule name: (identifier) @type)
(dataset name: (identifier) @type)
(pipeline name: (identifier) @type)
(experiment name: (identifier) @type)
(alias name: (identifier) @type)

(type) @type
(path (identifier) @module)
(lint) @attribute

(parameter name: (identifier) @variable.parameter)
(argument name: (identifier) @variable.parameter)
(option name: (identifier) @variable.parameter)

(view name: (identifier) @variable)
(module name: (identifier) @variable)
(layer name: (identifier) @variable)
(let name: (identifier) @variable)
(output name: (identifier) @variable)
(names (identifier) @variable)
(for variable: (identifier) @variable)
(modality name: (identifier) @variable)
(target name: (identifier) @variable)
(group name: (identifier) @variable)
(split name: (identifier) @variable)
(detect name: (identifier) @variable)
(metric name: (identifier) @variable)
(reference name: (identifier) @variable)
(vary name: (identifier) @variable)
(dimension name: (identifier) @variable)

(phase name: (identifier) @label)
(choice label: (identifier) @label)
(shown label: (identifier) @label)

(member name: (identifier) @property)
(measure name: (identifier) @property)

; Items that are used: their names begin with a capital.

([
  (call function: (identifier) @type)
  (alias value: (identifier) @type)
  (part value: (identifier) @type)
  (run value: (identifier) @type)
  (choice value: (identifier) @type)
] (#match? @type "^[A-Z]"))

; Roles that are trained

([
  (train what: (identifier) @keyword.modifier)
  (train what: (index value: (identifier) @keyword.modifier))
  (train through: (identifier) @keyword.modifier)
  (train through: (index value: (identifier) @keyword.modifier))
  (deploy value: (identifier) @keyword.modifier)
  (deploy value: (index value: (identifier) @keyword.modifier))
] (#any-of? @keyword.modifier "uni" "fusion" "head" "fixed"))

; A published number that there is none of

((list (identifier) @constant.builtin) (#eq? @constant.builtin "_"))

; Sets of samples, kinds of targets, ranges

((call function: (identifier) @function.builtin)
  (#any-of? @function.builtin "fold" "except" "class" "multi" "real" "events" "log"))

([
  (train on: (identifier) @constant.builtin)
  (best on: (identifier) @constant.builtin)
  (until on: (identifier) @constant.builtin)
] (#eq? @constant.builtin "all"))

; Builtins. A test of the repository writes the lines between the marks from the register of the language.

([
  (call function: (identifier) @function.builtin)
  (binary left: (identifier) @function.builtin operator: "|>")
  (binary operator: "|>" right: (identifier) @function.builtin)
  (module value: (identifier) @function.builtin)
  (layer value: (identifier) @function.builtin)
  (block value: (identifier) @function.builtin)
] (#any-of? @function.builtin
; <words layer>
  "attention" "batch_norm" "bilinear" "conv1d" "dropout" "embedding" "group_norm" "gru" "layer_norm"
  "linear" "lstm"
; </words layer>
))

([
  (call function: (identifier) @function.builtin)
  (binary left: (identifier) @function.builtin operator: "|>")
  (binary operator: "|>" right: (identifier) @function.builtin)
  (module value: (identifier) @function.builtin)
  (layer value: (identifier) @function.builtin)
  (block value: (identifier) @function.builtin)
] (#any-of? @function.builtin
; <words op>
  "add" "available" "concat" "exp" "flatten" "gelu" "last" "leaky_relu" "log_softmax" "matmul" "max"
  "max_pool" "mean" "mean_pool" "mul" "outer" "positions" "pow" "present" "product" "relu" "reshape"
  "scale" "shake" "sigmoid" "slice" "softmax" "sub" "sum" "tanh" "topk_mean" "transpose"
; </words op>
))

([
  (call function: (identifier) @function.builtin)
  (part kind: "loss" value: (identifier) @function.builtin)
] (#any-of? @function.builtin
; <words loss>
  "bce" "bce_with_logits" "cross_entropy" "focal" "l1" "mse" "multilabel_soft_margin" "smooth_l1"
; </words loss>
))

([
  (call function: (identifier) @function.builtin)
  (metric value: (identifier) @function.builtin)
] (#any-of? @function.builtin
; <words metric>
  "acc2" "acc5" "acc7" "accuracy" "auroc" "average_precision" "balanced_accuracy"
  "calibration_error" "cohen_kappa" "correlation" "error" "f1" "f1_sentiment" "mae" "mcc" "mean_ap"
  "precision" "recall" "rmse" "specificity" "top_k"
; </words metric>
))

([
  (call function: (identifier) @function.builtin)
  (binary operator: "|>" right: (identifier) @function.builtin)
] (#any-of? @function.builtin
; <words detection step>
  "class_threshold" "contrast" "detections" "min_max" "nms" "proposals" "upsample"
; </words detection step>
))

([
  (call function: (identifier) @function.builtin)
  (setting kind: "optimizer" value: (identifier) @function.builtin)
] (#any-of? @function.builtin
; <words optimizer>
  "adam" "adamw" "sgd"
; </words optimizer>
))

([
  (call function: (identifier) @function.builtin)
  (setting kind: "rate" value: (identifier) @function.builtin)
] (#any-of? @function.builtin
; <words learning-rate schedule>
  "constant" "cosine" "milestones" "plateau" "step" "warm_up"
; </words learning-rate schedule>
))

([
  (call function: (identifier) @function.builtin)
  (dataset source: (identifier) @function.builtin)
] (#any-of? @function.builtin
; <words generator>
  "swiss_roll" "two_moons"
; </words generator>
))

([
  (call function: (identifier) @function.builtin)
] (#any-of? @function.builtin
; <words data source>
  "annotations" "arff" "axis" "csv" "event_table" "fill" "hdf5" "labels" "line" "mat" "npy" "npz"
  "parquet" "pickle"
; </words data source>
))

([
  (call function: (identifier) @function.builtin)
  (binary operator: "|>" right: (identifier) @function.builtin)
] (#any-of? @function.builtin
; <words transform>
  "append" "argmax" "drop" "first" "gaussian_noise" "jitter_scale" "mask" "mean" "missing"
  "normalize" "offsets" "one_hot" "replace" "resample" "standardize" "time_mask" "time_shift"
; </words transform>
))

([
  (call function: (identifier) @function.builtin)
  (split value: (identifier) @function.builtin)
] (#any-of? @function.builtin
; <words split>
  "fresh" "indices" "key" "names" "random" "rest" "rows" "where"
; </words split>
))
