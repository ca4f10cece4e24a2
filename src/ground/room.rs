//! The room that lists take which stay in memory by the hundred thousand.

/// Gives back what a list holds beyond its entries. An allocator that shrinks a block where it stands keeps all of it as long as
/// half is used, so the entries move to a block of their size.
pub fn exactly<T>(list: &mut Vec<T>) {
    if list.capacity() > list.len() {
        let mut exact = Vec::with_capacity(list.len());
        exact.append(list);
        *list = exact;
    }
}

#[cfg(test)]
mod tests {
    use super::exactly;

    #[test]
    fn entries_stay_and_room_beyond_them_goes() {
        let mut list = Vec::with_capacity(32);
        list.extend(0..20);
        exactly(&mut list);
        assert_eq!((list.len(), list.capacity()), (20, 20));
        assert!(list.into_iter().eq(0..20));
    }
}
