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
const VERSION: u32 = 1;
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

/// A block that was read, its data in the reader.
pub struct Block {
    pub tag: Tag,
    pub place: u64,
}

/// Reads blocks, each checked before it is handed out.
pub struct BlockReader<R> {
    file: R,
    checksum: Hasher,
    /// Bytes of the file that are not read yet: no block is longer.
    left: u64,
    /// Of the last block.
    pub data: Vec<u8>,
}

impl<R: Read> BlockReader<R> {
    /// Of a file with `length` bytes.
    pub fn new(file: R, length: u64) -> Result<Self, String> {
        let mut reader = BlockReader { file, checksum: Hasher::new(), left: length, data: Vec::new() };
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

    /// The next block; none after the last.
    pub fn next(&mut self) -> Result<Option<Block>, String> {
        let tag = self.array()?;
        let place = u64::from_ne_bytes(self.array()?);
        let length = u64::from_ne_bytes(self.array()?);
        if length > self.left {
            return Err(format!("a block claims {length} bytes where {} are left", self.left));
        }
        self.data.clear();
        self.data.resize(length as usize, 0);
        self.file.read_exact(&mut self.data).map_err(|error| error.to_string())?;
        self.checksum.update(&self.data);
        self.left -= length;
        let found = self.checksum.clone().finalize();
        if u32::from_ne_bytes(self.raw()?) != found {
            return Err(format!("a checksum differs {} bytes before its end", self.left));
        }
        match tag {
            LAST if self.left > 0 => Err(format!("{} bytes follow its end", self.left)),
            LAST => Ok(None),
            tag => Ok(Some(Block { tag, place })),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let bytes = self.raw()?;
        self.checksum.update(&bytes);
        Ok(bytes)
    }

    fn raw<const N: usize>(&mut self) -> Result<[u8; N], String> {
        if self.left < N as u64 {
            return Err("it is cut short".into());
        }
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes).map_err(|error| error.to_string())?;
        self.left -= N as u64;
        Ok(bytes)
    }
}
