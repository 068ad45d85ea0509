//! The text of a table, with one end of lines.

use std::io::Read;

/// Bytes that one line of a table may have, quotes and all that is in them.
const LINE: u64 = 16 << 20;

/// A text whose lines end in `\n`, whatever ends them in the file, the last one too: lines are counted by that.
pub struct Unix<R> {
    inner: R,
    /// The last byte of the file so far.
    last: u8,
    /// Bytes that the line may still have.
    left: u64,
}

impl<R> Unix<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, last: b'\n', left: LINE }
    }

    /// Lets another line begin.
    pub fn begin_line(&mut self) {
        self.left = LINE;
    }
}

impl<R: Read> Read for Unix<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 {
            return Err(std::io::Error::other(format!("a line of more than {LINE} bytes")));
        }
        loop {
            let count = self.inner.read(buffer)?;
            self.left = self.left.saturating_sub(count as u64);
            if count == 0 && !buffer.is_empty() && !matches!(self.last, b'\n' | b'\r') {
                (buffer[0], self.last) = (b'\n', b'\n');
                return Ok(1);
            }
            let mut kept = 0;
            for at in 0..count {
                let byte = buffer[at];
                if byte != b'\n' || self.last != b'\r' {
                    buffer[kept] = if byte == b'\r' { b'\n' } else { byte };
                    kept += 1;
                }
                self.last = byte;
            }
            if kept > 0 || count == 0 {
                return Ok(kept);
            }
        }
    }
}
