package journal

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
)

const childDir = "TOLLGATE_JOURNAL_TEST_DIR"

// TestMain lets the test run itself as a program that writes until it is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, writeForever(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func killed(n uint64) string { return fmt.Sprintf("record %d %0*d", n, n%97, 0) }

// writeForever says on standard output which record it has synced.
func writeForever(dir string) error {
	w, _, err := Open(dir, Options{SegmentBytes: 3000, BufferBytes: 200})
	if err != nil {
		return err
	}
	for {
		n, err := w.Append(1, []byte(killed(w.Last()+1)))
		if err == nil && n%7 == 0 {
			err = w.Sync()
		}
		if err != nil {
			return err
		}
		if n%7 == 0 {
			fmt.Println(n)
		}
	}
}

// TestKilledProcess kills a real writer in the middle of its work, again and again on
// one journal: what it said was synced is there, and the directory is free at once.
func TestKilledProcess(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	must(t, err)
	for run := range 8 {
		child := exec.Command(self)
		child.Env = append(os.Environ(), childDir+"="+dir)
		out, err := child.StdoutPipe()
		must(t, err)
		must(t, child.Start())
		lines := bufio.NewScanner(out)
		var synced uint64
		for i := 0; i < 3+5*run && lines.Scan(); i++ {
			synced, err = strconv.ParseUint(lines.Text(), 10, 64)
			must(t, err)
		}
		must(t, child.Process.Kill())
		_ = child.Wait()
		if synced == 0 {
			t.Fatal("the child wrote nothing")
		}
		w, rec := open(t, dir, Options{})
		if rec.Last < synced {
			t.Fatalf("run %d: record %d was synced, but %s", run, synced, rec)
		}
		must(t, w.Close())
		got, _, err := read(t, dir, 1)
		must(t, err)
		for i, e := range got {
			if e.payload != killed(uint64(i+1)) {
				t.Fatalf("record %d is %q", i+1, e.payload)
			}
		}
	}
}
