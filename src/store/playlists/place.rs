//! Where an item stands in its list: a text, between any two of which there is room for more, so that a move writes one row.
//!
//! A position is a fraction between 0 and 1 in base 32. It has ten digits at least and none too many, so that positions sort as their
//! bytes do. What is appended goes up by whole steps, and stays short.

const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
const BASE: u64 = 32;
const WIDTH: usize = 10;
/// 32^10
const END: u64 = 1 << 50;
/// Room for a few between two that were appended, before positions get longer.
const STEP: u64 = 1 << 10;

/// `count` positions behind `before` (empty: from the beginning) and in front of `after`, in order.
pub(super) fn between(before: &str, after: Option<&str>, count: usize) -> Vec<String> {
    let needed = u64::try_from(count).unwrap_or(u64::MAX).saturating_mul(STEP);
    let whole = match (before, after) {
        ("", None) => Some(END / 2),
        (before, None) => Some(leading(before)).filter(|last| needed < END - last),
        ("", Some(after)) => leading(after).checked_sub(needed.saturating_add(STEP)),
        _ => None,
    };
    match whole {
        Some(base) => (1..=count as u64).map(|nth| written(&[], base + nth * STEP, WIDTH)).collect(),
        None => spread(&digits(before), after.map(digits).as_deref(), count),
    }
}

/// Evenly between two positions that differ.
fn spread(before: &[u8], after: Option<&[u8]>, count: usize) -> Vec<String> {
    let wanted = u64::try_from(count).unwrap_or(u64::MAX / BASE);
    let mut prefix = Vec::new();
    let mut after = after;
    loop {
        let at = prefix.len();
        let low = digit(before, at);
        let high = after.map_or(BASE, |after| digit(after, at));
        if high <= low + 1 {
            // Between the next digits is all the room there is; below the higher of two neighbours nothing bounds them any more.
            if high == low + 1 {
                after = None;
            }
            prefix.push(low as u8);
            continue;
        }
        let (mut low, mut high, mut length) = (low, high, 1);
        while high - low <= wanted {
            low = low * BASE + digit(before, at + length);
            high = high * BASE + after.map_or(0, |after| digit(after, at + length));
            length += 1;
        }
        let share = |nth: u64| u128::from(high - low) * u128::from(nth) / u128::from(wanted + 1);
        return (1..=wanted).map(|nth| written(&prefix, low + u64::try_from(share(nth)).unwrap_or(0), length)).collect();
    }
}

fn digits(position: &str) -> Vec<u8> {
    position.bytes().map(|byte| DIGITS.iter().position(|digit| *digit == byte).unwrap_or(0) as u8).collect()
}

fn digit(digits: &[u8], at: usize) -> u64 {
    digits.get(at).copied().map_or(0, u64::from)
}

/// The first ten digits as a number.
fn leading(position: &str) -> u64 {
    let digits = digits(position);
    (0..WIDTH).fold(0, |number, at| number * BASE + digit(&digits, at))
}

fn written(prefix: &[u8], number: u64, length: usize) -> String {
    let tail = (0..length).rev().map(|place| (number >> (5 * place) & (BASE - 1)) as u8);
    let mut digits: Vec<u8> = prefix.iter().copied().chain(tail).collect();
    while digits.len() > WIDTH && digits.last() == Some(&0) {
        digits.pop();
    }
    digits.resize(digits.len().max(WIDTH), 0);
    digits.iter().map(|digit| char::from(DIGITS[usize::from(*digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_put_somewhere_is_there(inserts in prop::collection::vec((any::<prop::sample::Index>(), 1_usize..40), 1..120)) {
            let mut list: Vec<String> = Vec::new();
            for (at, count) in inserts {
                let at = at.index(list.len() + 1);
                let before = at.checked_sub(1).map_or("", |before| &list[before]);
                let new = between(before, list.get(at).map(String::as_str), count);
                prop_assert_eq!(new.len(), count);
                list.splice(at..at, new);
                prop_assert!(list.windows(2).all(|pair| pair[0] < pair[1]), "{list:?}");
                prop_assert!(list.iter().all(|one| one.len() == WIDTH || !one.ends_with('0')));
            }
        }
    }

    #[test]
    fn the_narrowest_place_has_room() {
        let mut list = between("", None, 2);
        for _ in 0..400 {
            let new = between(&list[0], Some(&list[1]), 1).remove(0);
            assert!(list[0] < new && new < list[1]);
            list[1] = new;
        }
        let mut list = between("", None, 2);
        for _ in 0..400 {
            let new = between(&list[0], Some(&list[1]), 1).remove(0);
            assert!(list[0] < new && new < list[1]);
            list[0] = new;
        }
        assert!(list[1].len() < 100);
    }

    #[test]
    fn what_is_appended_or_put_first_stays_short() {
        let list = between("", None, 100_000);
        let last = list.last().expect("many");
        assert!(between(last, None, 100_000).iter().chain(&between("", Some(&list[0]), 100_000)).all(|one| one.len() == WIDTH));
    }

    #[test]
    fn there_is_room_at_both_ends() {
        let last = "v".repeat(WIDTH);
        assert!(between(&last, None, 3).iter().all(|one| *one > last));
        let first = format!("{}1", "0".repeat(WIDTH));
        assert!(between("", Some(&first), 3).iter().all(|one| *one < first && *one > "0".repeat(WIDTH)));
    }
}
