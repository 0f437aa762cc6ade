//! Compiles feeds into a set, for the tests: `compile SET FEED…`.

use netsieve::Sieve;
use netsieve::feed::FeedFile;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args_os().skip(1);
    let path = args.next().ok_or("usage: compile SET FEED…")?;
    let mut builder = Sieve::builder();
    for feed in args {
        let file = FeedFile::new(feed);
        let id = builder.feed(file.feed.clone());
        file.read(&mut builder.sink(id))?;
    }
    builder.build()?.0.save(path)?;
    Ok(())
}
