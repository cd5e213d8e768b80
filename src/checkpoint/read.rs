//! Reading a checkpoint: through, to find it sound, and then part by part, so that no more of it is in memory than what
//! was asked for.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use postcard::de_flavors::Flavor;
use serde::de::DeserializeOwned;

use super::blocks::{Block, BlockReader};
use super::{CELLS, EVOLVING, HEADER, Header, MEMORY};
use crate::error::{Error, Result};
use crate::precision::{Numbers, Precision};
use crate::state::Cells;

/// A checkpoint whose every byte was found sound.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// The file.
    pub path: PathBuf,
    /// What it is of.
    pub header: Header,
    /// Bytes of the file.
    pub bytes: u64,
    /// Stays open: a run that goes on may forget its checkpoints meanwhile.
    file: Arc<Mutex<File>>,
    evolving: Range<u64>,
    memory: Range<u64>,
    chunks: Vec<Chunk>,
}

/// Bytes of a buffer that numbers are read through.
const SMALL: usize = 1 << 9;

/// Cells that follow each other in the file.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    /// The first cell.
    first: usize,
    /// Where its numbers begin.
    start: u64,
}

/// What a walk through a file hands out of a chunk: its first cell, its block, and the reader, which is at its data.
type Visit<'a> =
    &'a mut dyn FnMut(usize, Block, &mut BlockReader<BufReader<&File>>) -> std::result::Result<(), Failure>;

/// Why a walk ended: what is wrong with the file, or the error of who was handed the cells.
enum Failure {
    Unsound(String),
    Other(Error),
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Failure::Unsound(text)
    }
}

impl Failure {
    fn of(self, path: &Path) -> Error {
        match self {
            Failure::Unsound(text) => unusable(path, &text),
            Failure::Other(error) => error,
        }
    }
}

fn unusable(path: &Path, text: &str) -> Error {
    Error::Input(format!("{}: found no sound checkpoint: {text}", path.display()))
}

fn opened(path: &Path) -> std::result::Result<(File, u64), String> {
    let words = |error: io::Error| error.to_string();
    // A pipe would be waited for.
    if !path.metadata().map_err(words)?.is_file() {
        return Err("it is no regular file".into());
    }
    let file = File::open(path).map_err(words)?;
    let bytes = file.metadata().map_err(words)?.len();
    Ok((file, bytes))
}

/// Walks through a file from its beginning: header, places of what evolves and is remembered, and every chunk of cells.
fn walk(file: &File, bytes: u64, visit: Visit) -> std::result::Result<(Header, [Range<u64>; 2]), Failure> {
    let mut reader = BlockReader::new(BufReader::new(file), bytes)?;
    let header = header(&mut reader)?;
    let mut part = |tag, name: &str| -> std::result::Result<Range<u64>, String> {
        let block = expected(reader.next()?, tag, name)?;
        reader.pass(block.length)?;
        reader.sound()?;
        Ok(block.start..block.start + block.length)
    };
    let parts = [part(EVOLVING, "fields")?, part(MEMORY, "memory")?];
    // What the header claims must be there before anything is made by it.
    if header.cell_bytes().is_none_or(|cells| cells > bytes) || ![1, 4].contains(&header.components) {
        return Err(format!("its header claims {} cells, more than it holds", header.cells).into());
    }
    let (mut next, each) = (0, header.each());
    while let Some(block) = reader.next()? {
        if block.tag != CELLS || block.place != next as u64 {
            return Err(format!("cells from {next} on are missing").into());
        }
        let first = next;
        next += (block.length / each) as usize;
        if block.length == 0 || block.length % each != 0 || next > header.cells {
            return Err("a chunk holds parts of cells".to_string().into());
        }
        visit(first, block, &mut reader)?;
    }
    if next != header.cells {
        return Err(format!("cells from {next} on are missing").into());
    }
    Ok((header, parts))
}

fn expected(block: Option<Block>, tag: super::Tag, name: &str) -> std::result::Result<Block, String> {
    block.filter(|block| block.tag == tag).ok_or_else(|| format!("its {name} is missing"))
}

/// The header, parsed as it is read: it is not held as text.
fn header<R: Read>(reader: &mut BlockReader<R>) -> std::result::Result<Header, String> {
    let block = expected(reader.next()?, HEADER, "header")?;
    let mut data = Data { reader, left: block.length };
    let parsed = serde_json::from_reader(BufReader::with_capacity(SMALL, &mut data));
    let left = data.left;
    // One that is damaged is said to be, whatever was made of it.
    reader.pass(left)?;
    reader.sound()?;
    parsed.map_err(|error| format!("its header is of another version: {error}"))
}

/// The data of a block that are not read yet.
struct Data<'r, R> {
    reader: &'r mut BlockReader<R>,
    left: u64,
}

impl<R: Read> Read for Data<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.left.min(buffer.len() as u64) as usize;
        self.reader.fill(&mut buffer[..count]).map_err(io::Error::other)?;
        self.left -= count as u64;
        Ok(count)
    }
}

impl Header {
    /// Bytes of a cell.
    fn each(&self) -> u64 {
        (self.components * self.device.precision.bytes()) as u64
    }

    /// That of a file, of which no more is read: whether the rest is sound stays open.
    ///
    /// # Errors
    ///
    /// Those of [`Checkpoint::open`], as far as the header goes.
    pub fn of(path: &Path) -> Result<Header> {
        let of = || {
            let (file, bytes) = opened(path)?;
            header(&mut BlockReader::new(BufReader::new(&file), bytes)?)
        };
        of().map_err(|text| unusable(path, &text))
    }

    /// Zeros for so many bytes of cells, in their precision.
    fn room(&self, bytes: u64) -> Numbers {
        let count = bytes as usize / self.device.precision.bytes();
        match self.device.precision {
            Precision::F32 => Numbers::F32(vec![0.0; count]),
            Precision::F64 => Numbers::F64(vec![0.0; count]),
        }
    }
}

impl Checkpoint {
    /// Reads a file through.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] for one that is damaged, of another format, or cannot be read: what is wrong.
    pub fn open(path: &Path) -> Result<Checkpoint> {
        let (file, bytes) = opened(path).map_err(|text| unusable(path, &text))?;
        let mut chunks = Vec::new();
        let (header, [evolving, memory]) = walk(&file, bytes, &mut |first, block, reader| {
            chunks.push(Chunk { first, start: block.start });
            reader.pass(block.length)?;
            Ok(reader.sound()?)
        })
        .map_err(|failure| failure.of(path))?;
        let file = Arc::new(Mutex::new(file));
        Ok(Checkpoint { path: path.to_path_buf(), header, bytes, file, evolving, memory, chunks })
    }

    /// The bytes of what evolves beside the cells, and how many there are.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] where they cannot be read.
    pub fn evolving(&self) -> Result<(impl Read + '_, u64)> {
        let part = self.part(self.evolving.clone()).map_err(|error| self.invalid(&error.to_string()))?;
        Ok((part, self.evolving.end - self.evolving.start))
    }

    /// What a run remembers besides.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] where another version of the program has written it.
    pub fn memory<T: DeserializeOwned>(&self) -> Result<T> {
        let of = || -> std::result::Result<T, String> {
            let part = self.part(self.memory.clone()).map_err(|error| error.to_string())?;
            let left = part.left;
            let stream = Stream { reader: part, left, taken: Vec::new() };
            let mut deserializer = postcard::Deserializer::from_flavor(stream);
            let value = T::deserialize(&mut deserializer);
            let value = value.map_err(|error| format!("it holds what this version does not know: {error}"))?;
            match deserializer.finalize() {
                Ok(0) => Ok(value),
                _ => Err("it holds more than this version knows".into()),
            }
        };
        of().map_err(|text| self.invalid(&text))
    }

    /// Hands out the cells in chunks: the first cell of each, and its numbers. Each is compared with its checksum once
    /// more.
    ///
    /// # Errors
    ///
    /// Those of [`Checkpoint::open`], and those of `put`.
    pub fn cells(&self, mut put: impl FnMut(usize, Numbers) -> Result<()>) -> Result<()> {
        let mut file = self.lock();
        let rewound = file.seek(SeekFrom::Start(0)).map_err(|error| self.invalid(&error.to_string()));
        rewound.map(drop)?;
        let walked = walk(&file, self.bytes, &mut |first, block, reader| {
            let mut numbers = self.header.room(block.length);
            reader.fill(bytes_of(&mut numbers))?;
            reader.sound()?;
            put(first, numbers).map_err(Failure::Other)
        });
        walked.map(drop).map_err(|failure| failure.of(&self.path))
    }

    /// An error about this file.
    pub(crate) fn invalid(&self, text: &str) -> Error {
        unusable(&self.path, text)
    }

    fn lock(&self) -> MutexGuard<'_, File> {
        // Whoever held it has read, no more.
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn part(&self, range: Range<u64>) -> io::Result<Part<'_>> {
        let mut file = self.lock();
        file.seek(SeekFrom::Start(range.start))?;
        Ok(Part { file, left: range.end - range.start, buffer: [0; SMALL], ready: 0..0 })
    }
}

impl Cells for Checkpoint {
    fn cells(&self) -> usize {
        self.header.cells
    }

    fn components(&self) -> usize {
        self.header.components
    }

    fn take(&self, cells: Range<usize>) -> Result<Numbers> {
        let each = self.header.each();
        let mut numbers = self.header.room(cells.len() as u64 * each);
        let (mut room, mut at) = (bytes_of(&mut numbers), cells.start);
        while at < cells.end {
            let index = self.chunks.partition_point(|chunk| chunk.first <= at) - 1;
            let chunk = self.chunks[index];
            let end = self.chunks.get(index + 1).map_or(self.header.cells, |next| next.first).min(cells.end);
            let (part, rest) = room.split_at_mut((end - at) * each as usize);
            let start = chunk.start + (at - chunk.first) as u64 * each;
            let read = self.part(start..start + part.len() as u64).and_then(|mut found| found.read_exact(part));
            read.map_err(|error| self.invalid(&error.to_string()))?;
            (room, at) = (rest, end);
        }
        Ok(numbers)
    }
}

fn bytes_of(numbers: &mut Numbers) -> &mut [u8] {
    match numbers {
        Numbers::F32(numbers) => bytemuck::cast_slice_mut(numbers),
        Numbers::F64(numbers) => bytemuck::cast_slice_mut(numbers),
    }
}

/// A part of the file, read through a buffer that takes no memory from the heap.
struct Part<'a> {
    file: MutexGuard<'a, File>,
    /// Bytes that are not read from the file yet.
    left: u64,
    buffer: [u8; SMALL],
    /// What of it is not handed out yet.
    ready: Range<usize>,
}

impl Part<'_> {
    fn from_file(file: &mut File, left: &mut u64, room: &mut [u8]) -> io::Result<usize> {
        let most = (*left).min(room.len() as u64) as usize;
        let count = file.read(&mut room[..most])?;
        *left -= count as u64;
        Ok(count)
    }
}

impl Read for Part<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.ready.is_empty() {
            if room.len() >= SMALL {
                return Self::from_file(&mut self.file, &mut self.left, room);
            }
            self.ready = 0..Self::from_file(&mut self.file, &mut self.left, &mut self.buffer)?;
        }
        let count = self.ready.len().min(room.len());
        room[..count].copy_from_slice(&self.buffer[self.ready.start..][..count]);
        self.ready.start += count;
        Ok(count)
    }
}

/// Postcard from a reader, without the bytes of all of it in memory.
struct Stream<R> {
    reader: R,
    left: u64,
    /// What was taken last.
    taken: Vec<u8>,
}

impl<'de, R: Read + 'de> Flavor<'de> for Stream<R> {
    type Remainder = u64;
    type Source = R;

    fn pop(&mut self) -> postcard::Result<u8> {
        self.try_take_n_temp(1).map(|bytes| bytes[0])
    }

    /// Of numbers, which have eight bytes: room is made for no more of them than can be there.
    fn size_hint(&self) -> Option<usize> {
        usize::try_from(self.left / 8).ok()
    }

    /// Nothing of what is remembered borrows.
    fn try_take_n(&mut self, _count: usize) -> postcard::Result<&'de [u8]> {
        Err(postcard::Error::WontImplement)
    }

    fn try_take_n_temp<'a>(&'a mut self, count: usize) -> postcard::Result<&'a [u8]>
    where
        'de: 'a,
    {
        if count as u64 > self.left {
            return Err(postcard::Error::DeserializeUnexpectedEnd);
        }
        self.taken.resize(count, 0);
        self.reader.read_exact(&mut self.taken).map_err(|_| postcard::Error::DeserializeUnexpectedEnd)?;
        self.left -= count as u64;
        Ok(&self.taken)
    }

    fn finalize(self) -> postcard::Result<u64> {
        Ok(self.left)
    }
}
