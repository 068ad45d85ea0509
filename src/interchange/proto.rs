//! ONNX's file format: protocol buffers, as far as a model needs them. Owns field numbers and bytes; knows no operation.
//!
//! Numbers of fields are those of `onnx.proto` (github.com/onnx/onnx), which never change.

/// A message that is being written.
#[derive(Clone, Debug, Default)]
pub struct Message(Vec<u8>);

/// Fields by number, in order.
impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn int(mut self, field: u64, value: i64) -> Self {
        self.varint(field << 3);
        self.varint(value as u64);
        self
    }

    fn float(mut self, field: u64, value: f32) -> Self {
        self.varint(field << 3 | 5);
        self.0.extend(value.to_le_bytes());
        self
    }

    fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    fn message(self, field: u64, message: &Message) -> Self {
        self.bytes(field, &message.0)
    }

    fn messages(self, field: u64, messages: &[Message]) -> Self {
        messages.iter().fold(self, |all, message| all.message(field, message))
    }

    fn texts(self, field: u64, texts: &[String]) -> Self {
        texts.iter().fold(self, |all, text| all.text(field, text))
    }

    fn ints(self, field: u64, values: &[i64]) -> Self {
        values.iter().fold(self, |all, value| all.int(field, *value))
    }
}

/// What an element of a tensor is: ONNX's number of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    Float = 1,
    Int = 7,
    Bool = 9,
    Double = 11,
}

/// A setting of a node.
#[derive(Clone, Debug)]
pub enum Attribute {
    Int(i64),
    Float(f32),
    Text(&'static str),
    Ints(Vec<i64>),
    Graph(Message),
}

impl Attribute {
    fn message(&self, name: &str) -> Message {
        let begun = Message::default().text(1, name);
        match self {
            Attribute::Float(value) => begun.float(2, *value).int(20, 1),
            Attribute::Int(value) => begun.int(3, *value).int(20, 2),
            Attribute::Text(value) => begun.text(4, value).int(20, 3),
            Attribute::Graph(graph) => begun.message(6, graph).int(20, 5),
            Attribute::Ints(values) => begun.ints(8, values).int(20, 7),
        }
    }
}

/// One operation of a graph.
pub fn node(
    operation: &str,
    name: &str,
    inputs: &[String],
    outputs: &[String],
    attributes: &[(&str, Attribute)],
) -> Message {
    let attributes: Vec<Message> = attributes.iter().map(|(name, attribute)| attribute.message(name)).collect();
    let ends = Message::default().texts(1, inputs).texts(2, outputs);
    ends.text(3, name).text(4, operation).messages(5, &attributes)
}

/// A tensor with its numbers, little-endian and row-major.
pub fn tensor(name: &str, element: Element, axes: &[usize], raw: &[u8]) -> Message {
    let axes: Vec<i64> = axes.iter().map(|size| *size as i64).collect();
    Message::default().ints(1, &axes).int(2, element as i64).text(8, name).bytes(9, raw)
}

/// What a graph is given or gives: 32-bit floats; an axis without a size is the batch.
pub fn value(name: &str, axes: &[Option<usize>]) -> Message {
    let size = |size: &Option<usize>| match size {
        Some(size) => Message::default().int(1, *size as i64),
        None => Message::default().text(2, "batch"),
    };
    let sizes: Vec<Message> = axes.iter().map(size).collect();
    let shape = Message::default().messages(1, &sizes);
    let tensor = Message::default().int(1, Element::Float as i64).message(2, &shape);
    Message::default().text(1, name).message(2, &Message::default().message(1, &tensor))
}

/// Nodes in the order they are computed, and the numbers they know.
pub fn graph(name: &str, nodes: &[Message], tensors: &[Message], inputs: &[Message], outputs: &[Message]) -> Message {
    let computed = Message::default().messages(1, nodes).text(2, name).messages(5, tensors);
    computed.messages(11, inputs).messages(12, outputs)
}

/// A whole file.
pub fn model(
    graph: &Message,
    (ir, opset): (i64, i64),
    version: &str,
    text: &str,
    about: &[(String, String)],
) -> Vec<u8> {
    let entry = |(key, value): &(String, String)| Message::default().text(1, key).text(2, value);
    let about: Vec<Message> = about.iter().map(entry).collect();
    let opset = Message::default().text(1, "").int(2, opset);
    let head = Message::default().int(1, ir).text(2, "mhm").text(3, version).text(6, text);
    head.message(7, graph).message(8, &opset).messages(14, &about).0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `protoc --decode_raw` of these bytes: `1: 300`, `2: "ab"`, `3 { 1: -1 }`.
    #[test]
    fn fields_are_written_as_protocol_buffers_are() {
        let inner = Message::default().int(1, -1);
        let message = Message::default().int(1, 300).text(2, "ab").message(3, &inner);
        let minus_one = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        let expected = [&[0x08, 0xac, 0x02, 0x12, 0x02, b'a', b'b', 0x1a, 0x0b, 0x08], &minus_one[..]].concat();
        assert_eq!(message.0, expected);
    }
}
