package journal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestAppendAndRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "journal")
	w, rec := open(t, dir, Options{})
	if rec.Last != 0 || rec.Cut != nil || !rec.Ended || rec.String() != "empty" {
		t.Errorf("a new journal: %+v", rec)
	}
	want := []entry{{1, ""}, {255, "x"}, {7, strings.Repeat("y", 1000)}}
	for i, e := range want {
		n, err := w.Append(e.kind, []byte(e.payload))
		must(t, err)
		if n != uint64(i+1) || w.Last() != n {
			t.Errorf("record %d is numbered %d, Last %d", i+1, n, w.Last())
		}
	}
	if w.Synced() != 0 {
		t.Errorf("Synced is %d before Sync", w.Synced())
	}
	must(t, w.Sync())
	if w.Synced() != 3 {
		t.Errorf("Synced is %d after Sync", w.Synced())
	}
	got, torn, err := read(t, dir, 0)
	if err != nil || torn != nil || !slices.Equal(got, want) {
		t.Errorf("read %q, torn %v, %v", got, torn, err)
	}
	must(t, w.Close())
	w, rec = open(t, dir, Options{})
	if rec.First != 1 || rec.Last != 3 || !rec.Ended || rec.Cut != nil || rec.Segments != 1 {
		t.Errorf("after Close: %+v", rec)
	}
	if n, err := w.Append(9, []byte("z")); n != 4 || err != nil {
		t.Errorf("the first record after a restart: %d, %v", n, err)
	}
	must(t, w.Close())
	got, _, err = read(t, dir, 0)
	if err != nil || !slices.Equal(got, append(want, entry{9, "z"})) {
		t.Errorf("after a restart: %q, %v", got, err)
	}
}

func TestRotation(t *testing.T) {
	for _, segment := range []int64{1, 100, 256, 4096} {
		for _, buffer := range []int{1, 30, 64, 1 << 16} {
			dir := t.TempDir()
			want := some(100)
			w, _ := open(t, dir, light(Options{SegmentBytes: segment, BufferBytes: buffer}))
			appendAll(t, w, want[:60]...)
			must(t, w.Close())
			w, rec := open(t, dir, light(Options{SegmentBytes: segment, BufferBytes: buffer}))
			if rec.Last != 60 || !rec.Ended {
				t.Errorf("segment %d, buffer %d: %+v", segment, buffer, rec)
			}
			appendAll(t, w, want[60:]...)
			must(t, w.Close())
			for _, from := range []uint64{0, 1, 2, 59, 60, 61, 62, 100, 101, 1000} {
				got, _, err := read(t, dir, from)
				if err != nil || !slices.Equal(got, want[min(max(from, 1)-1, 100):]) {
					t.Fatalf("segment %d, buffer %d, from %d: %d records, %v", segment, buffer, from, len(got), err)
				}
			}
			for _, p := range paths(t, dir) {
				if info, _ := os.Stat(p); info.Size() > max(segment, headerSize+frameSize+30)+frameSize {
					t.Errorf("segment %d: %s has %d bytes", segment, p, info.Size())
				}
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	w, _ := open(t, t.TempDir(), Options{Secrets: [][]byte{[]byte("hunter2hunter2")}})
	for _, c := range []struct {
		kind    byte
		payload []byte
		want    error
	}{
		{0, nil, ErrKind},
		{1, make([]byte, MaxPayload+1), ErrTooLarge},
		{1, []byte("a hunter2hunter2 b"), ErrSecret},
		{1, make([]byte, MaxPayload), nil},
		{1, []byte("hunter2hunter"), nil},
	} {
		n, err := w.Append(c.kind, c.payload)
		if !errors.Is(err, c.want) || (err == nil) != (n > 0) {
			t.Errorf("kind %d, %d bytes: %d, %v, want %v", c.kind, len(c.payload), n, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
	if w.Last() != 2 {
		t.Errorf("refused records were numbered: %d", w.Last())
	}
	must(t, w.Close())
	if _, err := w.Append(1, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("Append after Close: %v", err)
	}
	if err := w.Sync(); !errors.Is(err, ErrClosed) {
		t.Errorf("Sync after Close: %v", err)
	}
	must(t, w.Close())
}

// TestSecretsStayOut greps the files for every spelling of the secret.
func TestSecretsStayOut(t *testing.T) {
	dir := t.TempDir()
	secret := `tok/"en+&é<1`
	spelled := []string{secret, `tok/\"en+\u0026é\u003c1`, "tok%2F%22en%2B%26%C3%A9%3C1", "tok%2F%22en+&%C3%A9%3C1"}
	w, _ := open(t, dir, Options{Secrets: [][]byte{[]byte(secret)}, BufferBytes: 64})
	for _, s := range spelled {
		for _, text := range []string{s, "Bearer " + s, s + " tail", strings.Repeat("x", 100) + s + strings.Repeat("x", 100)} {
			if _, err := w.Append(1, []byte(text)); !errors.Is(err, ErrSecret) {
				t.Errorf("%q: %v", text, err)
			}
			appendAll(t, w, entry{1, "harmless"})
		}
	}
	must(t, w.Close())
	for _, p := range paths(t, dir) {
		b, err := os.ReadFile(p)
		must(t, err)
		for _, s := range spelled {
			if bytes.Contains(b, []byte(s)) {
				t.Errorf("%s holds %q", p, s)
			}
		}
		if bytes.Count(b, []byte("harmless")) != 16 {
			t.Errorf("the records between were lost: %d", bytes.Count(b, []byte("harmless")))
		}
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		field string
		o     Options
	}{
		{"SegmentBytes", Options{SegmentBytes: -1}},
		{"SegmentBytes", Options{SegmentBytes: maxSegment + 1}},
		{"BufferBytes", Options{BufferBytes: -1}},
		{"BufferBytes", Options{BufferBytes: maxBuffer + 1}},
		{"Retain", Options{Retain: Retain{Bytes: -1}}},
		{"Retain", Options{Retain: Retain{Segments: -1}}},
		{"Secrets[1]", Options{Secrets: [][]byte{make([]byte, MinSecret), []byte("1234567")}}},
	} {
		dir := filepath.Join(t.TempDir(), "j")
		_, _, err := Open(dir, c.o)
		if !errors.Is(err, ErrOptions) || !strings.Contains(err.Error(), c.field) {
			t.Errorf("%+v: %v", c.o, err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: the directory was made", c.field)
		}
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	w, _ := open(t, dir, Options{})
	appendAll(t, w, some(1)...)
	_, _, err := Open(dir, Options{})
	var locked *LockedError
	if !errors.As(err, &locked) || locked.Dir != dir || locked.Pid != os.Getpid() {
		t.Fatalf("a second writer: %v", err)
	}
	for _, part := range []string{dir, "process"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not name %s", err, part)
		}
	}
	must(t, w.Close())
	w, rec := open(t, dir, Options{})
	if rec.Last != 1 {
		t.Errorf("the refused writer changed something: %+v", rec)
	}
	must(t, w.Close())
}

// TestLockWithoutAWriter: whoever holds the directory keeps writers out of it, is kept
// out by one, and leaves nothing that a writer would stumble over.
func TestLockWithoutAWriter(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "journal")
	unlock, err := Lock(dir)
	must(t, err)
	var locked *LockedError
	if _, _, err := Open(dir, Options{}); !errors.As(err, &locked) {
		t.Fatalf("a writer beside a holder: %v", err)
	}
	if _, err := Lock(dir); !errors.As(err, &locked) {
		t.Fatalf("a second holder: %v", err)
	}
	must(t, unlock())
	w, rec := open(t, dir, Options{})
	if rec.Last != 0 || !rec.Ended {
		t.Errorf("%+v", rec)
	}
	if _, err := Lock(dir); !errors.As(err, &locked) {
		t.Errorf("a holder beside a writer: %v", err)
	}
	must(t, w.Close())
}
