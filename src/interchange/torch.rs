//! A network as PyTorch.
use super::Network;
pub fn write(network: &Network) -> String {
    let _ = network;
    "# Exported by mhm".into()
}
pub fn is_ours(head: &[u8]) -> bool {
    head.starts_with(b"# Exported by mhm")
}
