// Package journal is the only writer of the record: what a shell saw and decided,
// in order, on disk before it acts. It stores typed records, a kind byte and a
// payload, and does not know their meaning.
//
// # Promises
//
//   - Records are numbered 1, 2, 3 ... without gaps, over all restarts.
//   - After Sync returned nil, every record appended before is on disk: it survives a
//     crash of the program, and of the machine if the disk keeps its word.
//   - After a crash Open finds a prefix of what was appended, with everything that
//     was synced in it. An unfinished tail is cut off, and Recovery says what was cut.
//   - Damage to anything that a later record proves to have been synced is a
//     *CorruptError with file and offset. Open refuses; nothing is repaired by guess.
//   - After the first failing write, sync or rotation the Writer is stopped: every
//     later Append and Sync returns an error that is ErrStopped and wraps the cause.
//     A failed sync is never tried again, because its data may be gone while a second
//     one succeeds.
//   - A record that holds one of Options.Secrets is refused and never written.
//
// # Concurrency and blocking
//
// A Writer belongs to one goroutine, a Reader to one. Append writes to memory and
// blocks on the disk only when the buffer is full or a segment ends; Sync blocks until
// the disk answers. Append allocates nothing, except at the end of a segment and once
// for the buffer. Readers, in this or another process, need no lock: they see
// whole records only. After io.EOF, Next may be called again and goes on when more was
// written. A Reader sees what was flushed, which can be more than what was synced
// and less than what was appended.
//
// One Writer at a time has a directory. It holds a lock on the file LOCK there (flock;
// on Windows an exclusive open; elsewhere the file's existence, which a crash leaves
// behind to be removed by hand). A second Open fails with a *LockedError that
// names the directory and the process. Lock holds the same lock without a Writer, for
// whoever must know that none begins meanwhile.
//
// # Bounds, and what happens at each
//
//   - Payload: MaxPayload bytes. Append refuses more with ErrTooLarge; the Writer goes on.
//   - Buffer: Options.BufferBytes. When it is full Append writes it to the file.
//   - Segment: Options.SegmentBytes. A record that would not fit begins a new segment, so
//     a segment is larger only when it holds a single record. Ending one syncs it.
//   - Retention: Options.Retain. Whole segments are removed, oldest first, when a
//     segment begins; never the newest, and none that holds a pinned record (Pin).
//     So the directory can be larger than Retain.Bytes by one segment, and by more for as
//     long as a pin stands still. A segment that cannot be removed is tried again next
//     time.
//   - Damage: Reader and Open read at most the rest of one segment into memory to
//     tell a torn tail from corruption, and check each of its bytes 16 times on average;
//     a tail that needs more is called corruption.
//   - Time: Open reads and checks every segment that is there.
//
// # Format
//
// A journal is a directory of segments, named by the number of their first record:
// twenty decimal digits and ".seg". Numbers are little-endian; CRC is CRC-32C
// (Castagnoli). A segment is a header and frames, without padding. The header, 64 bytes:
//
//	 0   8  magic, "TGJOURNL"
//	 8   4  version, 1
//	12   4  zero
//	16  16  id of the run, chosen at random when the directory was new; the same in all segments
//	32   8  number of the segment's first record
//	40   4  CRC of the last frame of the segment before; 0 in the segment that begins with record 1
//	44  16  zero
//	60   4  CRC of bytes 0 to 59
//
// A frame, 24 bytes and the payload:
//
//	 0   4  CRC of bytes 4 to the end of the payload, continued from the header's CRC
//	 4   3  length of the payload
//	 7   1  kind; 0 is an end mark, 1 to 255 are records
//	 8   8  number of the record; in an end mark, that of the record before it
//	16   8  number of the last record known to be on disk when the frame was made
//	24      payload; an end mark has none
//
// An end mark is written by Close, after a sync. It carries no number of its
// own and Readers skip it; writing goes on after it.
//
// Because a CRC continues from the header's, bytes of another segment or of
// an older file in the same place are never taken for a frame. The CRC in the
// header, with the first number, shows a segment that is missing or was exchanged.
//
// # Torn or corrupt
//
// A machine that crashes may have written any part of what was not synced, in any
// order. So the first frame that is not whole is a torn tail when it is in the
// newest segment and no whole frame after it says, in its last field, that the
// record was on disk. Otherwise it is corruption. A newest segment no longer than
// its header that has no whole header was being created, and is removed.
//
// # Not promised
//
// The CRC is no defence against somebody who changes a journal on purpose. Damage to
// records synced just before a crash, with nothing written after them, cannot be told
// from a torn tail: they are cut, and Recovery says so. That the newest segment was
// deleted is not noticed. A secret that is split over two records or encoded (other
// than as JSON or in a URL) is not found.
package journal
