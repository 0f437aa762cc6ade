//! Tables of digests against the lists that they were made of, and damaged ones.

use super::*;

fn digest(len: usize, number: u64) -> FileHash {
    // From a simple generator.
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ len as u64;
    let bytes: Vec<u8> = (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        })
        .collect();
    FileHash::from_bytes(&bytes).unwrap()
}

fn table(digests: &[FileHash], first: u32) -> (Table, Vec<u32>) {
    let mut builder = Builder::default();
    let numbers: Vec<u32> = digests.iter().map(|digest| builder.add(digest)).collect();
    let (table, rows) = builder.finish(first);
    (table, numbers.iter().map(|&number| rows[number as usize]).collect())
}

#[test]
fn added_digests_are_found_and_no_others() {
    for count in [0, 1, 7, 8, 9, 100, 5000] {
        let mut digests: Vec<FileHash> =
            LENGTHS.into_iter().flat_map(|len| (0..count).map(move |number| digest(len, number + 1))).collect();
        digests.extend_from_within(..digests.len().min(3));
        let (table, rows) = table(&digests, 1000);
        assert_eq!(table.len() as u64, count * 6);
        for (digest, &row) in digests.iter().zip(&rows) {
            assert_eq!(table.find(digest.as_bytes()), Some(1000 + row));
            assert_eq!(table.get(row), Some(*digest));
        }
        let others: Vec<FileHash> =
            LENGTHS.into_iter().flat_map(|len| (0..500).map(move |n| digest(len, 1 << 40 | n))).collect();
        assert!(others.iter().all(|digest| table.find(digest.as_bytes()).is_none()));
        let mixed: Vec<FileHash> = digests.iter().chain(&others).copied().collect();
        let mut found = Vec::new();
        table.find_all(&mixed, |_| (), |at, id| found.push((at, id)));
        assert_eq!(found, rows.iter().map(|row| 1000 + row).enumerate().collect::<Vec<_>>());
        // All lengths in each batch, listed and not, still in order.
        let order: Vec<usize> = (0..mixed.len()).map(|n| n * 7919 % mixed.len()).collect();
        let shuffled: Vec<FileHash> = order.iter().map(|&place| mixed[place]).collect();
        found.clear();
        table.find_all(&shuffled, |_| (), |at, id| found.push((at, id)));
        let expected = order.iter().enumerate().filter(|(_, place)| **place < digests.len());
        assert_eq!(found, expected.map(|(at, &place)| (at, 1000 + rows[place])).collect::<Vec<_>>());
    }
}

/// Digests with a common beginning share a bucket.
#[test]
fn made_up_digests_are_found_all_the_same() {
    let digests: Vec<FileHash> = (0..3000_u32)
        .map(|n| {
            let mut bytes = [7; 20];
            bytes[12..16].copy_from_slice(&n.to_be_bytes());
            FileHash::from_bytes(&bytes).unwrap()
        })
        .collect();
    let (table, rows) = table(&digests, 0);
    assert!(digests.iter().zip(rows).all(|(digest, row)| table.find(digest.as_bytes()) == Some(row)));
    assert_eq!(table.find(&[7; 20]), None);
}

#[test]
fn a_table_takes_little_more_than_its_digests() {
    for len in LENGTHS {
        for count in [1 << 13, 10_000, 16_383, 50_000] {
            let digests: Vec<FileHash> = (0..count).map(|number| digest(len, number + 1)).collect();
            let (table, _) = table(&digests, 0);
            let own = count as usize * len;
            assert!(table.memory() * 100 <= own * 115, "{count} of {len}: {} of {own}", table.memory());
        }
    }
}

/// The filter covers the first sixteen bytes, and a place is guessed by the first eight.
#[test]
fn digests_that_begin_like_listed_ones_are_not_taken_for_them() {
    let with = |len: usize, changes: &[(usize, u8)]| {
        let mut bytes = vec![7; len];
        changes.iter().for_each(|&(at, byte)| bytes[at] = byte);
        FileHash::from_bytes(&bytes).unwrap()
    };
    for len in LENGTHS.into_iter().filter(|&len| len > 16) {
        let mut listed =
            vec![with(len, &[(len - 1, 1)]), with(len, &[(len - 1, 3)]), with(len, &[(16, 9), (len - 1, 1)])];
        // So many that likely places are looked at.
        listed.extend((0..50).map(|number| digest(len, number + 1)));
        let (table, rows) = table(&listed, 0);
        let others = [with(len, &[]), with(len, &[(len - 1, 2)]), with(len, &[(16, 8)]), with(len, &[(16, 9)])];
        let mut found = Vec::new();
        let all: Vec<FileHash> = listed.into_iter().chain(others).collect();
        table.find_all(&all, |_| (), |at, id| found.push((at, id)));
        assert_eq!(found, rows.iter().copied().enumerate().collect::<Vec<_>>(), "{len}");
        assert!(others.iter().all(|other| table.find(other.as_bytes()).is_none()), "{len}");
    }
    // The shortest digests differ from such a beginning within what the filter covers, which then has to err.
    let listed: Vec<FileHash> = (0..50).map(|number| digest(16, number + 1)).chain([with(16, &[])]).collect();
    let (table, _) = table(&listed, 0);
    let others = (0..1 << 16)
        .map(|n: u32| with(16, &[(14, (n >> 8) as u8), (15, n as u8)]))
        .filter(|other| *other != with(16, &[]));
    let passing: Vec<FileHash> = others.filter(|other| table.classes[0].may_hold(Head::of(other.as_bytes()))).collect();
    assert!(!passing.is_empty());
    table.find_all(&passing, |_| (), |at, _| panic!("{} is not listed", passing[at]));
}

#[test]
fn few_digests_pass_the_filter_unless_they_are_listed() {
    for len in LENGTHS {
        let listed: Vec<FileHash> = (0..5000).map(|number| digest(len, number + 1)).collect();
        let (table, _) = table(&listed, 0);
        let class = &table.classes[class(len).unwrap()];
        let passing = (0..5000).filter(|n| class.may_hold(Head::of(digest(len, 1 << 40 | n).as_bytes()))).count();
        assert!(passing < 250, "{passing} of 5000 with {len} bytes");
        assert!(listed.iter().all(|listed| class.may_hold(Head::of(listed.as_bytes()))));
    }
}

#[test]
fn a_damaged_class_is_refused() {
    let digests: Vec<FileHash> = (0..200).map(|number| digest(20, number + 1)).collect();
    let (table, _) = table(&digests, 0);
    let mut writer = Writer::default();
    table.classes[class(20).unwrap()].save(&mut writer);
    let open = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut sections = writer.sections().to_vec();
        let section = sections.iter_mut().find(|(other, _)| other == name).unwrap();
        let mut bytes = section.1.to_vec();
        change(&mut bytes);
        section.1 = bytes.into();
        Class::open(&mut Reader::new(sections), 20, 0).map(|class| class.len).map_err(|error| error.to_string())
    };
    assert_eq!(open("bytes", &|_| {}), Ok(200));
    assert_eq!(open("bytes", &Vec::clear), Ok(0));
    let refused = |name: &str, what: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let error = open(name, change).unwrap_err();
        assert!(error.contains(what), "{error}");
    };
    refused("bytes", "end within a hash", &|bytes| bytes.truncate(199));
    refused("bytes", "are not in order", &|bytes| bytes.rotate_left(20));
    // No hash is listed twice.
    refused("bytes", "are not in order", &|bytes| bytes.copy_within(20..40, 0));
    refused("starts", "do not fit", &|bytes| bytes.truncate(bytes.len() - 4));
    refused("filter", "does not fit", &|bytes| bytes.extend([0; 8]));
    refused("filter", "lacks a hash", &|bytes| bytes[..8].fill(0));
    for start in 0..writer.sections().iter().find(|(name, _)| name == "starts").unwrap().1.len() / 4 {
        refused("starts", "are not where", &|bytes| bytes[4 * start] = bytes[4 * start].wrapping_add(1));
        refused("starts", "are not where", &|bytes| bytes[4 * start] = bytes[4 * start].wrapping_sub(1));
    }
}

#[test]
fn the_last_indicators_are_the_digests_and_no_others() {
    let (table, _) = table(&[digest(16, 1), digest(20, 1)], 1);
    let mut writer = Writer::default();
    table.save(&mut writer);
    let net = Value::Net("192.0.2.7/32".parse().unwrap());
    let (a, b) = (Value::Hash(0), Value::Hash(1));
    for (values, is_right) in [
        (&[net, a, b][..], true),
        (&[a, b], true),
        (&[net, net, a, b], true),
        (&[a, net, b], false),
        (&[a, a, b], false),
        (&[net, b, a], false),
        (&[net, a], false),
        (&[net, net, net], false),
        (&[a], false),
        (&[], false),
    ] {
        let mut builder = crate::sieve::tables::indicators::IndicatorsBuilder::default();
        values.iter().for_each(|&value| {
            builder.push(value, None, None);
        });
        let opened = Table::open(&mut Reader::new(writer.sections().to_vec()), &builder.finish());
        assert_eq!(opened.is_ok(), is_right, "{values:?}");
        if let Ok(opened) = opened {
            assert_eq!((opened.first as usize, opened.len(), opened.is_empty()), (values.len() - 2, 2, false));
        }
    }
}
