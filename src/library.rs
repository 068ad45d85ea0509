//! The standard library, embedded in the binary. Owns the list of its files; a test holds it against the folder.

macro_rules! library {
    ($($path:literal),* $(,)?) => {
        /// Path below `stdlib/` without the ending, and text, sorted by path.
        pub const FILES: &[(&str, &str)] = &[$(($path, include_str!(concat!("../stdlib/", $path, ".mhm")))),*];
    };
}

library![
    "block/AudioGuidedAttention",
    "block/CrossAttention",
    "block/CrossAttentionStage",
    "block/CrossGather",
    "block/CrossTransformer",
    "block/CrossTransformerLayer",
    "block/DropoutHead",
    "block/LowRankCrossAttention",
    "block/MultimodalStream",
    "block/OpenMax",
    "block/Positioned",
    "block/ShakeHead",
    "block/Transformer",
    "block/TransformerLayer",
    "dataset/Ave",
    "dataset/AveWeak",
    "dataset/Digits",
    "dataset/Gesture",
    "dataset/Mosei",
    "dataset/Mosi",
    "dataset/SwissRoll",
    "dataset/Thumos14",
    "dataset/TwoMoons",
    "network/AveLight",
    "network/AveTian",
    "network/AveUnimodal",
    "network/BasNet",
    "network/BasNetWhole",
    "network/MulT",
    "network/ToyEarly",
    "network/ToyIntermediate",
    "network/ToyLate",
    "network/ToyUnimodal",
    "schedule/EndToEnd",
    "schedule/Ensemble",
    "schedule/EnsembleOfHeads",
    "schedule/HeadsOfOneSet",
    "schedule/Mhm",
    "schedule/MhmNoFreeze",
    "schedule/MultipleEmbeddings",
    "schedule/OneHead",
    "schedule/OneHeadOneSet",
];

/// The text of a library file.
pub fn text(path: &str) -> Option<&'static str> {
    FILES.iter().find(|(p, _)| *p == path).map(|(_, text)| *text)
}
