//! One opcode after the other.

use super::super::chunk::Writing;
use super::{Id, Machine, Stop, Value};

impl Machine {
    /// Runs the next opcode; whether there is more.
    pub(super) fn step(&mut self) -> Result<bool, Stop> {
        let [opcode] = self.fixed()?;
        match opcode {
            b'.' => return Ok(false),
            // A protocol's number, the length of a frame: nothing follows from them.
            0x80 => drop(self.fixed::<1>()?),
            0x95 => drop(self.fixed::<8>()?),
            b'(' => {
                // A mark takes no value, but memory.
                if self.marks.len() >= super::VALUES {
                    return Err(Stop::TooMany);
                }
                self.marks.push(self.stack.len());
            }
            b'0' => match self.top() {
                Ok(_) => drop(self.pop()?),
                // Python takes the mark where there is nothing above it.
                Err(_) => drop(self.pop_mark()?),
            },
            b'1' => drop(self.pop_mark()?),
            b'2' => {
                let top = self.top()?;
                self.push_again(top)?;
            }
            b'c' => {
                let (module, name) = (self.word()?, self.word()?);
                self.push_global(&module, &name)?;
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (module, name) = (self.text(module)?, self.text(name)?);
                self.push_global(&module, &name)?;
            }
            b'R' => {
                let (arguments, callable) = (self.pop()?, self.pop()?);
                self.call(callable, arguments)?;
            }
            b'b' => {
                let state = self.pop()?;
                let object = self.top()?;
                self.build(object, state)?;
            }
            b'p' | b'q' | b'r' | 0x94 | b'g' | b'h' | b'j' => self.memo_step(opcode)?,
            b'N' | 0x88 | 0x89 | b'I' | b'J' | b'K' | b'L' | b'M' | 0x8a | 0x8b | b'F' | b'G' => self.number(opcode)?,
            b'S' | b'T' | b'U' | b'V' | b'X' | b'B' | b'C' | 0x8c | 0x8d | 0x8e | 0x96 => self.bytes_step(opcode)?,
            0x97 | 0x98 => return Err(Stop::Refused("buffers that lie outside of the file (protocol 5)".into())),
            b'P' | b'Q' => return Err(Stop::Refused("objects that another program keeps (persistent ids)".into())),
            0x82..=0x84 => return Err(Stop::Refused("classes by a number of another program (extensions)".into())),
            b'i' | b'o' | 0x81 | 0x92 => return Err(Stop::Refused("an object of a class".into())),
            _ => self.container(opcode)?,
        }
        Ok(true)
    }

    fn memo_step(&mut self, opcode: u8) -> Result<(), Stop> {
        let key = match opcode {
            b'p' | b'g' => self.word()?.trim().parse().map_err(|_| self.broken("a note has no number"))?,
            b'q' | b'h' => u64::from(self.fixed::<1>()?[0]),
            b'r' | b'j' => u64::from(u32::from_le_bytes(self.fixed()?)),
            _ => self.memo.len() as u64,
        };
        if matches!(opcode, b'g' | b'h' | b'j') { self.recall(key) } else { self.remember(key) }
    }

    fn number(&mut self, opcode: u8) -> Result<(), Stop> {
        let value = match opcode {
            b'N' => Value::None,
            0x88 => Value::Bool(true),
            0x89 => Value::Bool(false),
            b'J' => Value::Int(i64::from(i32::from_le_bytes(self.fixed()?))),
            b'K' => Value::Int(i64::from(self.fixed::<1>()?[0])),
            b'M' => Value::Int(i64::from(u16::from_le_bytes(self.fixed()?))),
            b'G' => Value::Float(f64::from_be_bytes(self.fixed()?)),
            0x8a => {
                let [length] = self.fixed()?;
                self.long(u64::from(length))?
            }
            0x8b => {
                let length = u32::from_le_bytes(self.fixed()?);
                self.long(u64::from(length))?
            }
            _ => {
                let word = self.word()?;
                let word = word.trim();
                match (opcode, word) {
                    (b'I', "01") => Value::Bool(true),
                    (b'I', "00") => Value::Bool(false),
                    (b'F', _) => Value::Float(word.parse().map_err(|_| self.broken("a number is none"))?),
                    _ => {
                        let digits = word.strip_suffix('L').unwrap_or(word);
                        Value::Int(digits.parse().map_err(|_| self.broken("a whole number is none, or too large"))?)
                    }
                }
            }
        };
        self.push(value)
    }

    /// A whole number of so many bytes, the lowest first.
    fn long(&mut self, length: u64) -> Result<Value, Stop> {
        let chunk = self.chunk(length, Writing::Plain)?;
        let bytes = chunk.short.as_deref().filter(|bytes| bytes.len() <= 8);
        let bytes = bytes.ok_or_else(|| self.broken("a whole number is too large"))?;
        let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut all = [if negative { 0xff } else { 0 }; 8];
        all[..bytes.len()].copy_from_slice(bytes);
        Ok(Value::Int(i64::from_le_bytes(all)))
    }

    fn bytes_step(&mut self, opcode: u8) -> Result<(), Stop> {
        let value = match opcode {
            b'V' => Value::Text(self.line(Writing::Escaped)?),
            b'S' => Value::Bytes(self.line(Writing::Quoted)?),
            _ => {
                let length = match opcode {
                    b'U' | b'C' | 0x8c => u64::from(self.fixed::<1>()?[0]),
                    b'T' | b'X' | b'B' => u64::from(u32::from_le_bytes(self.fixed()?)),
                    _ => u64::from_le_bytes(self.fixed()?),
                };
                match opcode {
                    b'X' | 0x8c | 0x8d => Value::Text(self.chunk(length, Writing::Utf8)?),
                    _ => Value::Bytes(self.chunk(length, Writing::Plain)?),
                }
            }
        };
        self.push(value)
    }

    fn container(&mut self, opcode: u8) -> Result<(), Stop> {
        match opcode {
            b')' => self.push(Value::Tuple(vec![])),
            b']' => self.push(Value::List(vec![])),
            b'}' => self.push(Value::Dict(vec![])),
            0x8f => self.push(Value::Set),
            b't' => {
                let items = self.pop_mark()?;
                self.push(Value::Tuple(items))
            }
            0x85..=0x87 => {
                let mut items = vec![];
                for _ in 0x84..opcode {
                    items.insert(0, self.pop()?);
                }
                self.push(Value::Tuple(items))
            }
            b'l' => {
                let items = self.pop_mark()?;
                self.push(Value::List(items))
            }
            b'd' => {
                let items = self.pop_mark()?;
                let pairs = self.pairs(&items)?;
                self.push(Value::Dict(pairs))
            }
            b'a' => {
                let item = self.pop()?;
                self.append(&[item])
            }
            b'e' => {
                let items = self.pop_mark()?;
                self.append(&items)
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.put(&[(key, value)])
            }
            b'u' => {
                let items = self.pop_mark()?;
                let pairs = self.pairs(&items)?;
                self.put(&pairs)
            }
            // Sets are not read, but no reason to refuse a file.
            0x90 => self.pop_mark().map(drop),
            0x91 => {
                self.pop_mark()?;
                self.push(Value::Set)
            }
            other => Err(self.broken(format!("opcode {other:#04x} is unknown"))),
        }
    }

    fn pairs(&self, items: &[Id]) -> Result<Vec<(Id, Id)>, Stop> {
        let (pairs, rest) = items.as_chunks::<2>();
        if rest.is_empty() {
            Ok(pairs.iter().map(|[k, v]| (*k, *v)).collect())
        } else {
            Err(self.broken("a key has no value"))
        }
    }

    fn append(&mut self, items: &[Id]) -> Result<(), Stop> {
        let top = self.top()?;
        match &mut self.values[top as usize] {
            Value::List(list) => list.extend_from_slice(items),
            _ => return Err(self.broken("it appends to what is no list")),
        }
        Ok(())
    }

    fn put(&mut self, pairs: &[(Id, Id)]) -> Result<(), Stop> {
        let top = self.top()?;
        match &mut self.values[top as usize] {
            Value::Dict(dict) => dict.extend_from_slice(pairs),
            _ => return Err(self.broken("it sets a key of what is no dictionary")),
        }
        Ok(())
    }
}
