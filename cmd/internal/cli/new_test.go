package cli

import (
	"os/exec"
	"strings"
	"testing"
)

// TestNewNames: a folder is written for a name only if it can compile.
func TestNewNames(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, say := range map[string]string{
		"mine": "", "mytype": "", "fmt2": "", "sub/deep": "",
		"type": "a keyword of Go; try mytype", "main": "try mymain", "fmt": "try myfmt", "sub/time": "try mytime", "tollgate": "try mytollgate",
		"": "is empty; give one such as mine", "Mine": "lower-case", "2x": "a letter first", "a-b": "lower-case", ".": "lower-case",
	} {
		status, _, log := run("new", name)
		if say == "" && status != exitOK || say != "" && (status != exitUsage || !strings.Contains(log, say)) {
			t.Errorf("new %q: status %d, %s", name, status, log)
		}
	}
	std, err := exec.CommandContext(t.Context(), "go", "list", "std").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.FieldsSeq(string(std)) {
		if !strings.Contains(name, "/") && nameable(name) == nil {
			t.Errorf("%s is a package of Go, and can be the name of a strategy", name)
		}
	}
}
