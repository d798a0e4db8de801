//! By how much a search has cost more than the next algorithm would have.

/// Parts of an instruction on RV64, so many to one. Prices are in them.
const PARTS: i64 = 16;

/// What it costs to look at a byte when the search is for one byte, and for a pair.
pub(super) const BYTE: i64 = 10;
pub(super) const PAIR: i64 = 17;

/// What a candidate costs that such a search stops at, and each byte that is compared there.
const CANDIDATE: i64 = 80 * PARTS;
const COMPARE: i64 = 6 * PARTS;

/// What it costs that skips lead to the same byte, and what this and comparisons may cost
/// for each byte of progress.
const STOP: i64 = 16 * PARTS;
const PROGRESS: i64 = 3 * PARTS;

/// What the next algorithm's tables cost, and what each byte of the needle adds.
const TABLES: i64 = 400 * PARTS;
const TABLES_BYTE: i64 = 16 * PARTS;

/// What [`super::horspool`] costs for each byte of the haystack.
pub(super) fn horspool(needle: &[u8]) -> i64 {
    /// As measured with English words and sentences: something for the moves, which are
    /// fewer the longer the needle is, and something for the bytes that stop them.
    const MOVE: i64 = 96;
    const REST: i64 = 4;
    MOVE / length(needle).max(1) + REST
}

fn length(needle: &[u8]) -> i64 {
    i64::try_from(needle.len()).unwrap_or(i64::MAX)
}

/// The balance: above zero, the search is bad.
#[derive(Clone, Debug)]
pub(super) struct Badness {
    balance: i64,
    /// The least that it falls to: a good stretch does not pay for a bad one in advance.
    best: i64,
    /// What it changes by for each byte that is gone over.
    drift: i64,
}

impl Badness {
    /// For a search for `needle` that costs `own` for each byte where it does well, with
    /// one behind it that costs `next`.
    pub(super) fn new(own: i64, next: i64, needle: &[u8]) -> Self {
        let best = -TABLES - length(needle).saturating_mul(TABLES_BYTE);
        Self {
            balance: best,
            best,
            drift: own - next,
        }
    }

    /// For [`super::horspool`].
    pub(super) fn of_skips(needle: &[u8]) -> Self {
        Self::new(0, PROGRESS, needle)
    }

    #[inline]
    pub(super) fn is_bad(&self) -> bool {
        self.balance > 0
    }

    /// Up to where the search can go without a candidate before it is bad; at most `end`.
    #[inline]
    pub(super) fn limit(&self, from: usize, end: usize) -> usize {
        if self.drift <= 0 {
            return end;
        }
        let bytes = usize::try_from(1 - self.balance / self.drift).unwrap_or(usize::MAX);
        from.saturating_add(bytes).min(end)
    }

    /// The search went over so many bytes.
    #[inline]
    pub(super) fn advance(&mut self, bytes: usize) {
        let change = self.drift.saturating_mul(bytes as i64);
        self.balance = self.balance.saturating_add(change).max(self.best);
    }

    /// It compared so many bytes at a candidate.
    #[inline]
    pub(super) fn candidate(&mut self, compared: usize) {
        self.compare(compared);
        self.balance += CANDIDATE;
    }

    /// Skips led so many bytes further.
    #[inline]
    pub(super) fn stop(&mut self, bytes: usize) {
        self.advance(bytes);
        self.balance += STOP;
    }

    /// It compared so many bytes.
    #[inline]
    pub(super) fn compare(&mut self, bytes: usize) {
        self.balance += COMPARE * bytes as i64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goes over `bytes` again and again, with a candidate each time, until it is bad.
    fn rounds(badness: &mut Badness, bytes: usize) -> Option<usize> {
        (0..10_000).find(|_| {
            badness.advance(bytes);
            badness.candidate(0);
            badness.is_bad()
        })
    }

    #[test]
    fn frequent_candidates_are_bad_and_rare_ones_are_not() {
        let cheap = Badness::new(BYTE, BYTE + PARTS, b"ab");
        let pays_for_itself = (CANDIDATE / PARTS) as usize;
        assert_eq!(rounds(&mut cheap.clone(), pays_for_itself), None);
        assert!(rounds(&mut cheap.clone(), pays_for_itself / 2).is_some());
    }

    #[test]
    fn a_good_stretch_does_not_pay_for_a_bad_one() {
        let mut badness = Badness::new(BYTE, PAIR, b"ab");
        let at_once = rounds(&mut badness.clone(), 0);
        badness.advance(1 << 30);
        assert_eq!(rounds(&mut badness, 0), at_once);
    }

    #[test]
    fn a_search_that_costs_more_than_the_next_is_bad_at_its_limit() {
        let mut badness = Badness::new(PAIR, BYTE, b"a long needle");
        let limit = badness.limit(100, usize::MAX);
        badness.advance(limit - 101);
        assert!(!badness.is_bad());
        badness.advance(1);
        assert!(badness.is_bad());
        assert_eq!(Badness::new(BYTE, PAIR, b"").limit(100, 1 << 40), 1 << 40);
    }

    #[test]
    fn horspool_is_the_cheaper_the_longer_the_needle() {
        let costs = [1, 2, 4, 8, 16, 32].map(|length| horspool(&[b'a'; 32][..length]));
        assert!(costs.is_sorted_by(|a, b| a > b), "{costs:?}");
    }
}
