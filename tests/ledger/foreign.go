// Holds what Luoshi writes against Go's own sumdb packages. One question a line on standard input, one answer a line.
package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io/ioutil"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func bytesOf(text string) []byte {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return data
}

func hash(text string) (h tlog.Hash) {
	copy(h[:], bytesOf(text))
	return h
}

func hashes(text string) (list []tlog.Hash) {
	if text == "-" {
		return nil
	}
	for _, part := range strings.Split(text, ",") {
		list = append(list, hash(part))
	}
	return list
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

type folder struct{ root string }

func (f folder) Height() int                            { return 8 }
func (f folder) SaveTiles(tiles []tlog.Tile, d [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := ioutil.ReadFile(filepath.Join(f.root, path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// proved builds a proof from the tile files themselves and checks it.
func proved(root string, size, index int64, top, leaf tlog.Hash) error {
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: top}, folder{root})
	proof, err := tlog.ProveRecord(size, index, reader)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, size, top, index, leaf)
}

func opened(vkey string, text []byte) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	open, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	_, err = tlog.ParseTree([]byte("go.sum database tree\n" + strings.SplitN(open.Text, "\n", 2)[1]))
	return err
}

func answer(part []string) error {
	switch part[0] {
	case "note":
		return opened(part[1], bytesOf(part[2]))
	case "inclusion":
		return tlog.CheckRecord(hashes(part[5]), number(part[1]), hash(part[2]), number(part[3]), hash(part[4]))
	case "consistency":
		return tlog.CheckTree(hashes(part[5]), number(part[1]), hash(part[2]), number(part[3]), hash(part[4]))
	case "tiles":
		return proved(string(bytesOf(part[1])), number(part[2]), number(part[3]), hash(part[4]), hash(part[5]))
	case "signer":
		_, err := note.NewSigner(part[1])
		return err
	}
	return fmt.Errorf("unknown question")
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<24)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		if err := answer(strings.Split(lines.Text(), " ")); err != nil {
			fmt.Fprintln(out, "no:", strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Fprintln(out, "yes")
		}
	}
}
