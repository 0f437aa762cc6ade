//! The part of the C interface of Vectorscan and Hyperscan that the comparison needs: literals in block mode.

use std::ffi::{c_char, c_int, c_uint, c_ulonglong, c_void};
use std::ptr;

#[repr(C)]
struct CompileError {
    message: *mut c_char,
    expression: c_int,
}

type OnMatch = extern "C" fn(c_uint, c_ulonglong, c_ulonglong, c_uint, *mut c_void) -> c_int;

unsafe extern "C" {
    fn hs_compile_lit_multi(
        expressions: *const *const c_char,
        flags: *const c_uint,
        ids: *const c_uint,
        lens: *const usize,
        elements: c_uint,
        mode: c_uint,
        platform: *const c_void,
        database: *mut *mut c_void,
        error: *mut *mut CompileError,
    ) -> c_int;
    fn hs_alloc_scratch(database: *const c_void, scratch: *mut *mut c_void) -> c_int;
    fn hs_scan(
        database: *const c_void,
        data: *const c_char,
        length: c_uint,
        flags: c_uint,
        scratch: *mut c_void,
        on_match: OnMatch,
        context: *mut c_void,
    ) -> c_int;
    fn hs_free_database(database: *mut c_void) -> c_int;
    fn hs_free_scratch(scratch: *mut c_void) -> c_int;
    fn hs_free_compile_error(error: *mut CompileError) -> c_int;
    fn hs_version() -> *const c_char;
}

const CASELESS: c_uint = 1;
const MODE_BLOCK: c_uint = 1;

/// A compiled set of literals, without regard to case.
pub struct Literals {
    database: *mut c_void,
    scratch: *mut c_void,
    lens: Vec<usize>,
}

impl Literals {
    pub fn new(texts: &[String]) -> Result<Self, String> {
        let lens: Vec<usize> = texts.iter().map(String::len).collect();
        let expressions: Vec<*const c_char> = texts.iter().map(|text| text.as_ptr().cast()).collect();
        let flags = vec![CASELESS; texts.len()];
        let ids: Vec<c_uint> = (0..texts.len() as c_uint).collect();
        let mut made = Self { database: ptr::null_mut(), scratch: ptr::null_mut(), lens };
        let mut error: *mut CompileError = ptr::null_mut();
        // SAFETY: all four arrays have `elements` members, the texts are as long as `lens` says, and all outlive the call.
        let code = unsafe {
            hs_compile_lit_multi(
                expressions.as_ptr(),
                flags.as_ptr(),
                ids.as_ptr(),
                made.lens.as_ptr(),
                texts.len() as c_uint,
                MODE_BLOCK,
                ptr::null(),
                &raw mut made.database,
                &raw mut error,
            )
        };
        if code != 0 {
            if !error.is_null() {
                // SAFETY: the library allocated it, and it is freed only once.
                unsafe { hs_free_compile_error(error) };
            }
            return Err(format!("hs_compile_lit_multi gives {code}"));
        }
        // SAFETY: the database has been compiled.
        let code = unsafe { hs_alloc_scratch(made.database, &raw mut made.scratch) };
        if code == 0 { Ok(made) } else { Err(format!("hs_alloc_scratch gives {code}")) }
    }

    /// Calls `each` with the number, start and end of each literal found, and returns how many there are.
    pub fn scan(&mut self, text: &[u8], each: &mut dyn FnMut(usize, usize, usize)) -> u64 {
        struct State<'s> {
            lens: &'s [usize],
            each: &'s mut dyn FnMut(usize, usize, usize),
            count: u64,
        }
        extern "C" fn on_match(id: c_uint, _: c_ulonglong, end: c_ulonglong, _: c_uint, state: *mut c_void) -> c_int {
            // SAFETY: `scan` passed a pointer to its `State`, which nothing else uses while the library runs.
            let state = unsafe { &mut *state.cast::<State<'_>>() };
            let end = end as usize;
            (state.each)(id as usize, end - state.lens[id as usize], end);
            state.count += 1;
            0
        }
        let mut state = State { lens: &self.lens, each, count: 0 };
        let length = c_uint::try_from(text.len()).expect("less than 4 GB");
        // SAFETY: the scratch belongs to the database, the text has the given length, and the state outlives the call.
        let code = unsafe {
            hs_scan(self.database, text.as_ptr().cast(), length, 0, self.scratch, on_match, (&raw mut state).cast())
        };
        assert_eq!(code, 0, "hs_scan");
        state.count
    }
}

impl Drop for Literals {
    fn drop(&mut self) {
        // SAFETY: both were allocated by the library or are null, and are freed only once.
        unsafe {
            hs_free_scratch(self.scratch);
            hs_free_database(self.database);
        }
    }
}

pub fn version() -> String {
    // SAFETY: the library returns a constant, null-terminated string.
    let text = unsafe { std::ffi::CStr::from_ptr(hs_version()) };
    text.to_string_lossy().split(' ').next().unwrap_or_default().to_owned()
}
