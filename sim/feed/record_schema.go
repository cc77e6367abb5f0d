package feed

import (
	"errors"
	"fmt"
)

// open reads the schema and resolves the instruments it names.
func (r *recording) open() error {
	m, err := r.stream.next()
	if err != nil {
		if errors.Is(err, errDamaged) {
			return r.rowError(0, "", formatError("the header: %v", err))
		}
		return &TornError{File: r.file, Offset: r.stream.start, Err: err}
	}
	if m.kind != msgSchema {
		return r.rowError(0, "", formatError("it does not begin with a schema"))
	}
	list, err := r.schema(m)
	if err != nil {
		return r.rowError(0, "", err)
	}
	return r.describe(list)
}

// schema checks that the file is a recording and returns its instruments.
func (r *recording) schema(m message) (list string, err error) {
	meta := map[string]string{}
	m.header.tables(2, func(kv flat) { meta[kv.text(0)] = kv.text(1) })
	version, ok := meta[keyVersion]
	if !ok {
		return "", formatError("an Arrow stream, but not a recording: its schema lacks %s", keyVersion)
	}
	if version != FormatVersion {
		return "", formatError("recording of format %.10q, this program reads %s", version, FormatVersion)
	}
	var got []string
	m.header.tables(1, func(field flat) {
		switch len(got) {
		case arName:
			r.nameID = field.table(4).num(0, 8)
		case arKind:
			r.kindID = field.table(4).num(0, 8)
		}
		got = append(got, field.text(0)+" "+fieldType(field))
	})
	if m.header.num(0, 2) != 0 || len(got) != arColumns {
		return "", formatError("a recording has %d columns in little-endian order, this has %d", arColumns, len(got))
	}
	for i, f := range arFields {
		if want := f.Name + " " + arTypes[i]; got[i] != want {
			return "", formatError("column %d is %.80q, want %q", i+1, got[i], want)
		}
	}
	return meta[keyInstruments], nil
}

// fieldType names the type of a field of a schema: those that occur in recordings,
// by the numbers of the Arrow format.
func fieldType(field flat) string {
	t := field.table(3)
	name := "other"
	switch kind := field.num(2, 1); {
	case kind == 2 && t.num(1, 1) == 1:
		name = fmt.Sprintf("int%d", t.num(0, 4))
	case kind == 3 && t.num(0, 2) == 2:
		name = "double"
	case kind == 5:
		name = "string"
	case kind == 10 && t.num(0, 2) == 3:
		name = "timestamp[ns, " + t.text(1) + "]"
	}
	if d := field.table(4); d.b != nil {
		return fmt.Sprintf("dictionary of %s by int%d", name, d.table(1).num(0, 4))
	}
	return name
}

// arTypes are the types of the columns as fieldType names them.
var arTypes = [arColumns]string{
	"timestamp[ns, UTC]", "dictionary of string by int16", "dictionary of string by int8",
	"double", "int64", "double", "int64", "double", "int64", "int64",
}

// describe takes note of instruments the file describes, and resolves them.
func (r *recording) describe(list string) error {
	if list == "" {
		return nil
	}
	all, err := parseDescriptions(list)
	if err != nil {
		return r.rowError(r.before, "", err)
	}
	for i := range all {
		own, err := all[i].own()
		if err != nil {
			return r.rowError(r.before, "", err)
		}
		r.own[own.key] = own
		if _, err := r.find([]byte(own.key), own); err != nil {
			return r.rowError(r.before, arFields[arName].Name, err)
		}
	}
	return nil
}
