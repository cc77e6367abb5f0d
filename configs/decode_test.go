package configs

import (
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the wanted errors in testdata")

// TestBadConfigs holds every kind of mistake to its exact error. With -update the
// errors are rewritten; read the difference.
func TestBadConfigs(t *testing.T) {
	const file = "testdata/bad.txtar"
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		in, want := archive.Files[i], &archive.Files[i+1]
		if strings.TrimSuffix(in.Name, ".yaml") != strings.TrimSuffix(want.Name, ".want") {
			t.Fatalf("%s is followed by %s", in.Name, want.Name)
		}
		_, err := Decode(in.Name, in.Data)
		if err == nil {
			t.Errorf("%s: no error", in.Name)
			continue
		}
		got := err.Error() + "\n"
		if *update {
			want.Data = []byte(got)
		} else if got != string(want.Data) {
			t.Errorf("%s\n got %swant %s", in.Name, got, want.Data)
		}
		if strings.Contains(got, "hunter2") || strings.Contains(got, "9f8e7d6c") || strings.Contains(got, "eyJ") {
			t.Errorf("%s: the error repeats a credential: %s", in.Name, got)
		}
		var p *Problem
		if !errors.As(err, &p) || p.File != in.Name {
			t.Errorf("%s: %T holds no Problem of the file", in.Name, err)
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
