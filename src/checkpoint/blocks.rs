//! A file of blocks, each with its place and a checksum over the file up to its end.
//!
//! ```text
//! 8 bytes   "\x89SPINCKP"
//! 4 bytes   version of the format
//! blocks    4 bytes tag, 8 bytes place, 8 bytes length, the data, 4 bytes CRC-32 of all before, other checksums left out
//! ```
//!
//! The last block has the tag `LAST` and no data; nothing follows it. Numbers have the order of bytes of the machine;
//! one with the other order finds a version it does not know.

use std::io::{self, Read, Write};

use crc32fast::Hasher;

/// What the file begins with: no text, and no other program's.
const MAGIC: [u8; 8] = *b"\x89SPINCKP";
/// Version of the format.
const VERSION: u32 = 2;
/// Tag of the block that ends a file.
const LAST: Tag = *b"LAST";

/// What a block holds.
pub type Tag = [u8; 4];

/// Writes blocks, one after the other.
pub struct BlockWriter<W> {
    file: W,
    checksum: Hasher,
    /// Bytes so far.
    pub written: u64,
}

impl<W: Write> BlockWriter<W> {
    pub fn new(file: W) -> io::Result<Self> {
        let mut writer = BlockWriter { file, checksum: Hasher::new(), written: 0 };
        writer.add(&MAGIC)?;
        writer.add(&VERSION.to_ne_bytes())?;
        Ok(writer)
    }

    fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.checksum.update(bytes);
        self.written += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    pub fn block(&mut self, tag: Tag, place: u64, data: &[u8]) -> io::Result<()> {
        self.add(&tag)?;
        self.add(&place.to_ne_bytes())?;
        self.add(&(data.len() as u64).to_ne_bytes())?;
        self.add(data)?;
        // A checksum over a checksum forgets what was before it.
        let checksum = self.checksum.clone().finalize().to_ne_bytes();
        self.written += checksum.len() as u64;
        self.file.write_all(&checksum)
    }

    pub fn last(&mut self) -> io::Result<()> {
        self.block(LAST, 0, &[])
    }
}

/// What a block says of itself before its data, which follow.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    pub tag: Tag,
    pub place: u64,
    /// Bytes of its data.
    pub length: u64,
    /// Where these begin in the file.
    pub start: u64,
}

/// Reads blocks: of each its head, then its data, then [`BlockReader::sound`]. Nothing is to be believed before that.
pub struct BlockReader<R> {
    file: R,
    checksum: Hasher,
    length: u64,
    /// Bytes of the file that are not read yet: no block is longer.
    left: u64,
}

impl<R: Read> BlockReader<R> {
    /// Of a file with `length` bytes.
    pub fn new(file: R, length: u64) -> Result<Self, String> {
        let mut reader = BlockReader { file, checksum: Hasher::new(), length, left: length };
        if reader.array::<8>()? != MAGIC {
            return Err("it does not begin as a checkpoint does".into());
        }
        match u32::from_ne_bytes(reader.array()?) {
            VERSION => Ok(reader),
            other => Err(format!(
                "found version {other} of the format, expected {VERSION}: take the version of spinwigner that wrote it"
            )),
        }
    }

    /// The head of the next block; none after the last.
    pub fn next(&mut self) -> Result<Option<Block>, String> {
        let tag = self.array()?;
        let place = u64::from_ne_bytes(self.array()?);
        let length = u64::from_ne_bytes(self.array()?);
        if length > self.left {
            return Err(format!("a block claims {length} bytes where {} are left", self.left));
        }
        if tag != LAST {
            return Ok(Some(Block { tag, place, length, start: self.length - self.left }));
        }
        if length > 0 {
            return Err(format!("its last block claims {length} bytes"));
        }
        self.sound()?;
        match self.left {
            0 => Ok(None),
            left => Err(format!("{left} bytes follow its end")),
        }
    }

    /// Some of the data of a block.
    pub fn fill(&mut self, data: &mut [u8]) -> Result<(), String> {
        self.raw(data)?;
        self.checksum.update(data);
        Ok(())
    }

    /// Goes past the data of a block without keeping them.
    pub fn pass(&mut self, mut length: u64) -> Result<(), String> {
        let mut piece = [0; 1 << 13];
        while length > 0 {
            let count = length.min(piece.len() as u64);
            self.fill(&mut piece[..count as usize])?;
            length -= count;
        }
        Ok(())
    }

    /// Whether all that was read is what was written.
    pub fn sound(&mut self) -> Result<(), String> {
        let (found, mut written) = (self.checksum.clone().finalize(), [0; 4]);
        self.raw(&mut written)?;
        if u32::from_ne_bytes(written) != found {
            return Err(format!("a checksum differs {} bytes before its end", self.left));
        }
        Ok(())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn raw(&mut self, bytes: &mut [u8]) -> Result<(), String> {
        if self.left < bytes.len() as u64 {
            return Err("it is cut short".into());
        }
        self.file.read_exact(bytes).map_err(|error| error.to_string())?;
        self.left -= bytes.len() as u64;
        Ok(())
    }
}
