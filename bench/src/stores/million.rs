//! What a look-up takes in a file with a thousand sessions and in one with a million, and how large they are.

use std::error::Error;

use admit::store::{SessionKey, SessionStore as _};
use admit_sqlite::SqliteStore;
use aws_lc_rs::digest::{SHA256, digest};
use rusqlite::Connection;

use super::keeping::Keeping;
use super::people::{bring_sessions, value};
use super::{Place, Store};
use crate::load::now;
use crate::people::Person;
use crate::side_by_side::spread::Spread;

/// Two files that were read from in turn.
#[derive(Clone, Debug)]
pub struct Kept {
    pub(super) few: usize,
    pub(super) many: usize,
    /// In each turn, what a look-up took in µs, among few and among many.
    turns: Vec<[f64; 2]>,
    /// The bytes of the larger file, with all that was in its log.
    bytes: u64,
}

/// Makes the files and reads from them.
///
/// # Errors
/// When there is no room, or a session that was written is not found.
pub async fn keep(few: usize, many: usize, turns: usize) -> Result<Kept, Box<dyn Error>> {
    let (small, large) = (Filled::make(few).await?, Filled::make(many).await?);
    let mut all = Vec::with_capacity(turns);
    for turn in 0..turns {
        all.push([small.look_up(turn).await?, large.look_up(turn).await?]);
    }
    Ok(Kept { few, many, turns: all, bytes: large.bytes()? })
}

/// A file with sessions.
struct Filled {
    store: SqliteStore,
    keys: Vec<SessionKey>,
    place: Place,
}

impl Filled {
    async fn make(people: usize) -> Result<Self, Box<dyn Error>> {
        let place = Place::new(Store::Sqlite).await?;
        let store = SqliteStore::open(&place.address).await?;
        bring_sessions(&Keeping::Sqlite(store.clone()), people).await?;
        let key = |number| digest(&SHA256, value(Person(number)).as_bytes()).as_ref().try_into().map(SessionKey);
        let keys: Result<_, _> = (0..people).map(key).collect();
        // What was written last is in the log, where nobody looks for long.
        let mut kept = Self { store, keys: keys?, place };
        kept.checkpoint()?;
        for number in 0..people.min(LOOK_UPS) {
            kept.find(number).await?;
        }
        Ok(kept)
    }

    fn checkpoint(&mut self) -> rusqlite::Result<()> {
        Connection::open(&self.place.address)?.pragma_update(None, "wal_checkpoint", "TRUNCATE")
    }

    /// What one look-up takes, in µs, on average.
    async fn look_up(&self, turn: usize) -> Result<f64, Box<dyn Error>> {
        let began = now();
        for number in 0..LOOK_UPS {
            self.find(turn * LOOK_UPS + number).await?;
        }
        Ok(began.elapsed().as_secs_f64() * 1e6 / LOOK_UPS as f64)
    }

    async fn find(&self, number: usize) -> Result<(), Box<dyn Error>> {
        // Keys are digests, so those of people who come one after the other lie anywhere.
        let key = self.keys.get(number % self.keys.len()).ok_or("there are no sessions")?;
        self.store.load(key).await?.ok_or("a session is not found")?;
        Ok(())
    }

    fn bytes(&self) -> std::io::Result<u64> {
        Ok(std::fs::metadata(&self.place.address)?.len())
    }
}

impl Kept {
    /// A look-up among few, in µs.
    pub(super) fn among_few(&self) -> Option<Spread> {
        Spread::of(self.turns.iter().map(|[few, _]| *few))
    }

    /// A look-up among many.
    pub(super) fn among_many(&self) -> Option<Spread> {
        Spread::of(self.turns.iter().map(|[_, many]| *many))
    }

    /// How many times as long a look-up takes among many.
    pub(super) fn ratio(&self) -> Option<Spread> {
        Spread::of(self.turns.iter().map(|[few, many]| many / few))
    }

    /// On the disk, for each session, with its share of the indexes.
    pub(super) fn bytes_each(&self) -> f64 {
        self.bytes as f64 / self.many as f64
    }
}

/// How many there are in a turn.
const LOOK_UPS: usize = 20_000;
