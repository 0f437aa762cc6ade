//! Reads a whole file, after checking its beginning.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::Path;

use super::container::{HEADER, read_header, read_table};
use crate::arch::memory::Block;
use crate::error::{Error, Result};

/// Reads a compiled file whose header and table of sections are valid.
pub(super) fn whole(path: &Path) -> Result<Block> {
    let io = |error| Error::io(path.to_owned(), error);
    // Checked before opening, because opening a FIFO waits for a writer.
    ensure_regular(&fs::metadata(path).map_err(io)?).map_err(io)?;
    let mut file = File::open(path).map_err(io)?;
    let data = file.metadata().map_err(io)?;
    ensure_regular(&data).map_err(io)?;
    let mut head = Vec::with_capacity(HEADER);
    Read::by_ref(&mut file).take(HEADER as u64).read_to_end(&mut head).map_err(io)?;
    let header = read_header(&head, data.len())?;
    // The cap on the number of sections bounds the table.
    Read::by_ref(&mut file).take((header.head - HEADER) as u64).read_to_end(&mut head).map_err(io)?;
    if head.len() < header.head {
        return Err(io(io::ErrorKind::UnexpectedEof.into()));
    }
    read_table(&header, &head)?;
    let len = usize::try_from(data.len()).ok();
    let mut bytes = len.and_then(Block::zeroed).ok_or_else(|| io(io::ErrorKind::OutOfMemory.into()))?;
    fill(&mut file, &mut bytes).map_err(io)?;
    Ok(bytes)
}

fn ensure_regular(data: &fs::Metadata) -> io::Result<()> {
    if data.is_file() { Ok(()) } else { Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")) }
}

/// Reads a file from its start. Large files are read on all cores, which share the cost of touching fresh memory.
fn fill(file: &mut File, bytes: &mut [u8]) -> io::Result<()> {
    #[cfg(all(unix, feature = "parallel"))]
    {
        use std::os::unix::fs::FileExt;

        use rayon::prelude::*;
        /// The number of bytes read at once.
        const PART: usize = 2 << 20;
        if bytes.len() > PART {
            let parts = bytes.par_chunks_mut(PART).enumerate();
            return parts.try_for_each(|(at, part)| file.read_exact_at(part, (at * PART) as u64));
        }
    }
    file.rewind()?;
    file.read_exact(bytes)
}
