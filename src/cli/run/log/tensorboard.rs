//! Logs that TensorBoard opens: `DIR/EXPERIMENT/ARM/seed-0/events.out.tfevents.*`. Owns the framing of TFRecord and as much of the
//! `Event` message as scalars and texts need (tensorflow/core/util/event.proto, framework/summary.proto, framework/tensor.proto).

use super::{Entry, Name, RunLog, Tail, bytes_of, put};
use crate::folder::Folder;
use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

/// What happens on the way, and what it came to: TensorBoard reads them in this order.
const WAY: &str = "events.out.tfevents.0000000001.mhm";
const END: &str = "events.out.tfevents.0000000002.mhm";

pub struct Log {
    folder: Folder,
    tail: Tail,
    /// Phases of which it is said what they train.
    said: BTreeSet<String>,
}

fn folder_of(folder: &Folder, name: &Name<'_>) -> io::Result<Folder> {
    folder.make_below(name.experiment)?.make_below(&name.folder)?.make_below(name.run())
}

impl Log {
    pub fn open(folder: &Folder, name: &Name<'_>, kept: u64) -> io::Result<Self> {
        let folder = folder_of(folder, name)?;
        let before = if kept == 0 { version() } else { kept_of(&bytes_of(&folder, WAY)?, kept) };
        let way = put(&folder, WAY, &before)?;
        if folder.has_file(END) {
            folder.remove_file(END)?;
        }
        Ok(Log { folder, tail: Tail::new(way), said: BTreeSet::new() })
    }
}

impl RunLog for Log {
    fn write(&mut self, entry: &Entry<'_>, at: Duration) -> io::Result<()> {
        match entry {
            Entry::Settings(settings) => {
                let rows = settings.iter().map(|(key, value)| format!("| {} | `{}` |\n", cell(key), cell(value)));
                let table = format!("| setting | value |\n|---|---|\n{}", rows.collect::<String>());
                self.tail.add(&event(at, 0, &text("settings", &table)))
            }
            Entry::Phase(point) => {
                if self.said.insert(point.phase.to_string()) {
                    let frozen = if point.frozen.is_empty() {
                        String::new()
                    } else {
                        format!("; frozen: {}", point.frozen.join(", "))
                    };
                    let trains = format!("trains {} on {}{frozen}", point.trains.join(", "), point.on);
                    self.tail.add(&event(at, point.steps, &text(&format!("phases/{}", point.phase), &trains)))?;
                }
                let values =
                    [scalar(&format!("loss/{}", point.phase), point.loss), scalar("samples", point.samples as f64)];
                self.tail.add(&event(at, point.steps, &values.concat()))
            }
            Entry::End(record) => {
                self.tail.flush()?;
                let mut bytes = version();
                for epoch in &record.epochs {
                    let values = epoch
                        .measures
                        .iter()
                        .filter_map(|(name, value)| Some(scalar(&format!("epoch/{name}"), *value.as_ref().ok()?)));
                    bytes.extend(event(at, u64::from(epoch.epoch), &values.collect::<Vec<_>>().concat()));
                }
                let values = record
                    .measures
                    .iter()
                    .filter_map(|(name, value)| Some(scalar(&format!("final/{name}"), *value.as_ref().ok()?)));
                bytes.extend(event(at, record.steps, &values.collect::<Vec<_>>().concat()));
                if let Some(why) = &record.failure {
                    bytes.extend(event(at, record.steps, &text("failed", why)));
                }
                put(&self.folder, END, &bytes).map(drop)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tail.flush()
    }
}

pub fn has_ended(folder: &Folder, name: &Name<'_>) -> bool {
    folder_of(folder, name).is_ok_and(|folder| folder.has_file(END))
}

pub fn tables(folder: &Folder, experiment: &str, all: &[String], at: Duration) -> io::Result<()> {
    let texts = all.iter().enumerate().map(|(i, table)| event(at, 0, &text(&format!("tables/{}", i + 1), table)));
    let bytes: Vec<u8> = std::iter::once(version()).chain(texts).flatten().collect();
    put(&folder.make_below(experiment)?.make_below("tables")?, END, &bytes).map(drop)
}

/// Within a table of Markdown.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The record that a file begins with.
fn version() -> Vec<u8> {
    record(&field(3, b"brain.Event:2"))
}

/// `wall_time`, `step`, `summary`.
fn event(at: Duration, step: u64, values: &[u8]) -> Vec<u8> {
    let mut message = vec![(1 << 3) | 1];
    message.extend(at.as_secs_f64().to_le_bytes());
    message.push(2 << 3);
    message.extend(varint(step));
    message.extend(field(5, values));
    record(&message)
}

/// One `Summary.Value`: `tag`, `simple_value`.
fn scalar(tag: &str, value: f64) -> Vec<u8> {
    let mut message = field(1, tag.as_bytes());
    message.push((2 << 3) | 5);
    message.extend((value as f32).to_le_bytes());
    field(1, &message)
}

/// One `Summary.Value` of the plugin for texts: `tag`, `tensor` (DT_STRING, of one element), `metadata`.
fn text(tag: &str, text: &str) -> Vec<u8> {
    let shape = field(2, &field(2, &[1 << 3, 1]));
    let tensor = [vec![1 << 3, 7], shape, field(8, text.as_bytes())].concat();
    let metadata = field(1, &field(1, b"text"));
    field(1, &[field(1, tag.as_bytes()), field(8, &tensor), field(9, &metadata)].concat())
}

/// A field of so many bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut message = vec![(number << 3) | 2];
    message.extend(varint(bytes.len() as u64));
    message.extend_from_slice(bytes);
    message
}

fn varint(mut n: u64) -> Vec<u8> {
    let mut bytes = vec![];
    while n >= 0x80 {
        bytes.push(n as u8 | 0x80);
        n >>= 7;
    }
    bytes.push(n as u8);
    bytes
}

/// TFRecord: the length, its checksum, the bytes, theirs.
fn record(message: &[u8]) -> Vec<u8> {
    let length = (message.len() as u64).to_le_bytes();
    [&length[..], &masked(&length).to_le_bytes(), message, &masked(message).to_le_bytes()].concat()
}

fn masked(bytes: &[u8]) -> u32 {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// The checksum of Castagnoli, which the crates that are here have not.
fn crc32c(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut i = 0;
        while i < 256 {
            let (mut crc, mut bit) = (i as u32, 0);
            while bit < 8 {
                crc = if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 };
                bit += 1;
            }
            table[i] = crc;
            i += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |crc, byte| (crc >> 8) ^ TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize])
}

/// The records of a file up to this step; what is torn is left out.
fn kept_of(bytes: &[u8], kept: u64) -> Vec<u8> {
    let mut whole = version();
    let mut rest = bytes;
    while let Some((message, after)) = first(rest) {
        if step(message).is_some_and(|step| step <= kept) {
            whole.extend_from_slice(&rest[..rest.len() - after.len()]);
        }
        rest = after;
    }
    whole
}

/// The first record, and what stands behind it.
fn first(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = usize::try_from(u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?)).ok()?;
    let end = length.checked_add(12)?;
    let message = bytes.get(12..end)?;
    let sum = bytes.get(end..end.checked_add(4)?)?;
    (masked(message).to_le_bytes() == sum).then(|| (message, &bytes[end + 4..]))
}

/// Of an event as this file writes it: behind the time.
fn step(message: &[u8]) -> Option<u64> {
    let bytes = message.get(9..).filter(|_| message[0] == (1 << 3) | 1)?.strip_prefix(&[2 << 3])?;
    let end = bytes.iter().position(|byte| byte & 0x80 == 0)?;
    Some(bytes[..=end.min(9)].iter().rev().fold(0, |n, byte| (n << 7) | u64::from(byte & 0x7f)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_others() {
        // RFC 3720, B.4, and the length of the record that files of TensorFlow begin with.
        assert_eq!(
            [crc32c(&[0; 32]), crc32c(&[0xff; 32]), crc32c(b"123456789")],
            [0x8a91_36aa, 0x62a8_ab43, 0xe306_9283]
        );
        assert_eq!(masked(&24_u64.to_le_bytes()), 0x224b_7fa3);
    }

    #[test]
    fn a_run_that_goes_on_keeps_what_was_before() {
        let point = |step| event(Duration::from_secs(1), step, &scalar("loss", 0.5));
        let torn = &point(3)[..20];
        let file = [version(), point(1), point(300), point(70_000), torn.to_vec()].concat();
        assert_eq!(kept_of(&file, 300), [version(), point(1), point(300)].concat());
        assert_eq!(kept_of(&file, 0), version());
    }
}
