package script

// FromFiles makes a Source of files that were kept, in the order they had when
// they were read.
func FromFiles(name string, files []File) *Source {
	s := &Source{Name: name, Dir: ".", Files: files}
	s.Hash = s.sum()
	return s
}
