//! Many inputs from few seeds, fast: each is made from its number alone, so that one that fails can be made again. Used by the
//! generated inputs of this crate and of the server; knows no parser.
//!
//! `RESET_INPUTS` says how many (else 20,000, or what the test says), `RESET_SEED` from which seed (1), `RESET_INPUT` makes that one alone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// SplitMix64: good enough to choose, and the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    fn of(seed: u64, number: u64) -> Random {
        Random(seed.wrapping_mul(0xd134_2543_de82_ef95) ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `count`, without it; 0 where `count` is 0.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.next() % (count.max(1) as u64)) as usize
    }

    /// Once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn of_these<'a, T: ?Sized>(&mut self, these: &[&'a T]) -> &'a T {
        these[self.below(these.len())]
    }

    /// Pieces put together at random, now and then a character from anywhere.
    pub(crate) fn text(&mut self, pieces: &[&str], most: usize) -> String {
        let mut text = String::new();
        for _ in 0..self.below(most + 1) {
            if self.once_in(5) {
                text.push(self.character());
            } else {
                text.push_str(self.of_these(pieces));
            }
        }
        text
    }

    pub(crate) fn character(&mut self) -> char {
        match self.below(4) {
            0 => char::from(self.below(128) as u8),
            1 => char::from_u32(self.below(0x3000) as u32).unwrap_or('\u{fffd}'),
            2 => self
                .of_these(&["\u{202e}", "\u{200b}", "\u{feff}", "\u{0}", "é", "　", "٣", "．"])
                .chars()
                .next()
                .unwrap(),
            _ => char::from_u32(self.below(0x11_0000) as u32).unwrap_or('\u{fffd}'),
        }
    }

    /// Replaces, cuts out, puts in or repeats some bytes.
    pub(crate) fn alter(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            let start = self.below(bytes.len() + 1);
            let end = (start + self.below(40)).min(bytes.len());
            match self.below(4) {
                0 if start < bytes.len() => bytes[start] = self.next() as u8,
                1 => drop(bytes.drain(start..end)),
                2 => bytes.insert(start, b"{}[]\",:0\\@#e-<>&'%\0\n"[self.below(20)]),
                _ => {
                    let piece = bytes[start..end].to_vec();
                    drop(bytes.splice(start..start, piece));
                }
            }
        }
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Runs `one` for as many inputs as the environment says, on every core, and prints how many they were.
pub(crate) fn run(what: &str, one: impl Fn(&mut Random) + Sync) {
    run_or(20_000, what, one);
}

/// The same with another number of inputs where the environment says none.
pub(crate) fn run_or(usual: u64, what: &str, one: impl Fn(&mut Random) + Sync) {
    let seed = setting("RESET_SEED").unwrap_or(1);
    let (first, count) = match setting("RESET_INPUT") {
        Some(number) => (number, number + 1),
        None => (0, setting("RESET_INPUTS").unwrap_or(usual)),
    };
    let (next, began) = (AtomicU64::new(first), Instant::now());
    let work = || loop {
        let start = next.fetch_add(256, Ordering::Relaxed);
        if start >= count {
            return;
        }
        for number in start..(start + 256).min(count) {
            let tried = catch_unwind(AssertUnwindSafe(|| one(&mut Random::of(seed, number))));
            assert!(tried.is_ok(), "{what}: RESET_SEED={seed} RESET_INPUT={number} makes it again");
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let seconds = began.elapsed().as_secs_f64();
    let made = count - first;
    println!(
        "generated {made} inputs: {what}, seed {seed}, {seconds:.0} s, {:.0} a second",
        made as f64 / seconds
    );
}
