package main

import (
	"bytes"
	"os"
	"testing"
)

// The generated table must be that of the tree as it stands.
func TestGeneratedNamesAreCurrent(t *testing.T) {
	want, err := generate("../../..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../names_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("names_gen.go is out of date: run go generate in strategies/script")
	}
}
