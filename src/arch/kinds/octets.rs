//! How to read the octets of an address, by the places where they end.

/// The octets of an address that end at these places.
#[derive(Clone, Copy)]
#[repr(align(32))]
pub(super) struct Octets {
    /// For each octet four bytes: the places of its hundreds, tens and ones in the text, and none. Places with the highest bit are none.
    pub(super) places: [u8; 16],
    /// The least value that needs so many digits; twice.
    pub(super) least: [i16; 8],
}

/// The place in the tables of a bit for each dot and one after the text, the first byte lowest. All 81 addresses have places of their own.
#[inline(always)]
pub(super) const fn place(ends: u32) -> usize {
    (ends.wrapping_mul(0xE07B_DB9F) >> 24) as usize
}

/// The bits of each place; zero if no address has it.
pub(super) static ENDS: [u16; 256] = TABLES.0;

pub(super) static OCTETS: [Octets; 256] = TABLES.1;

const TABLES: ([u16; 256], [Octets; 256]) = {
    let mut all_ends = [0; 256];
    let mut all = [Octets { places: [0x80; 16], least: [0; 8] }; 256];
    let mut number = 0;
    while number < 81 {
        let lens = [number / 27 % 3 + 1, number / 9 % 3 + 1, number / 3 % 3 + 1, number % 3 + 1];
        let mut octets = Octets { places: [0x80; 16], least: [0; 8] };
        let (mut octet, mut start, mut ends) = (0, 0, 0);
        while octet < 4 {
            let len = lens[octet];
            let mut digit = 0;
            while digit < len {
                octets.places[4 * octet + 3 - len + digit] = (start + digit) as u8;
                digit += 1;
            }
            let least = [0, 0, 10, 100][len];
            octets.least[octet] = least;
            octets.least[octet + 4] = least;
            ends |= 1 << (start + len);
            start += len + 1;
            octet += 1;
        }
        let place = place(ends);
        assert!(all_ends[place] == 0, "two addresses share a place");
        all_ends[place] = ends as u16;
        all[place] = octets;
        number += 1;
    }
    (all_ends, all)
};
