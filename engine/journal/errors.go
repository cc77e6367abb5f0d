package journal

import (
	"errors"
	"fmt"
)

var (
	// ErrStopped marks what a Writer returns after its first failure, the first
	// included. It wraps the cause. Nothing may be sent that is not on record, so
	// trading stops; Open the directory again once the cause is gone.
	ErrStopped = errors.New("the journal is stopped")
	// ErrClosed is returned by a Writer after Close.
	ErrClosed = errors.New("the journal is closed")
	// ErrTooLarge marks a payload longer than MaxPayload. The Writer goes on.
	ErrTooLarge = errors.New("too large for a journal record")
	// ErrKind marks kind 0, which is the journal's own. The Writer goes on.
	ErrKind = errors.New("record kinds are 1 to 255")
	// ErrSecret marks a payload that holds one of Options.Secrets. Nothing of it was
	// written; the Writer goes on.
	ErrSecret = errors.New("a secret was about to enter the journal")
	// ErrOptions marks Options that cannot be meant. Nothing was opened.
	ErrOptions = errors.New("journal options")
)

// CorruptError is damage that no crash explains. The segments are left as they are.
type CorruptError struct {
	File   string // the segment's path
	Offset int64  // in bytes, where the first frame that is not whole begins; 0 is the header
	Gone   bool   // the file is not there, and one after it is
	Why    string
}

// Error names file and offset.
func (e *CorruptError) Error() string {
	if e.Gone {
		return fmt.Sprintf("journal %s is not there: %s; restore the file from a copy, or move the journal away to begin a new one", e.File, e.Why)
	}
	return fmt.Sprintf("journal %s is damaged at offset %d: %s; restore the file from a copy, or move the journal away to begin a new one", e.File, e.Offset, e.Why)
}

// RemovedError says that records asked for are no longer there: retention removed them.
type RemovedError struct {
	Dir   string
	Asked uint64 // the first record asked for
	First uint64 // the first record there is
}

// Error names both numbers.
func (e *RemovedError) Error() string {
	return fmt.Sprintf("journal %s no longer holds record %d: it begins with record %d", e.Dir, e.Asked, e.First)
}

// LockedError says that another Writer has the directory.
type LockedError struct {
	Dir string
	Pid int // the process that has it; 0 when it could not be told
}

// Error names the directory and the process.
func (e *LockedError) Error() string {
	who := "another process"
	if e.Pid != 0 {
		who = fmt.Sprintf("process %d", e.Pid)
	}
	return fmt.Sprintf("journal %s is being written by %s: stop it, or use another directory", e.Dir, who)
}

// Cut is an unfinished tail: bytes that a crash left and that hold no record
// known to have been synced.
type Cut struct {
	File   string // the segment's path
	Offset int64  // where the tail begins
	Bytes  int64  // its length
	Why    string // what is unfinished about it
}

// String says what the tail is.
func (c *Cut) String() string {
	return fmt.Sprintf("%s ends in %d bytes, from offset %d, that were never finished: %s", c.File, c.Bytes, c.Offset, c.Why)
}
