/* Reads a stream in chunks with C expat: `expat FILE CHUNK tree|events ROUNDS`. Prints milliseconds, one line each. */

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct Node {
  char *name; /* NULL for text */
  char **attrs;
  char *text;
  size_t length, capacity;
  struct Node *first, *last, *next, *parent;
} Node;

static int depth;
static int builds;
static Node *open;
static size_t stanzas, elements, attributes, sum;
static XML_Parser parser;

static Node *child(void) {
  Node *node = calloc(1, sizeof(Node));
  node->parent = open;
  if (open != NULL) {
    if (open->last != NULL) open->last->next = node;
    else open->first = node;
    open->last = node;
  }
  return node;
}

static void touch_and_free(Node *node) {
  if (node->name == NULL) {
    sum += node->length;
    free(node->text);
  } else {
    elements++;
    sum += strlen(node->name);
    for (char **attr = node->attrs; *attr != NULL; attr += 2) {
      attributes++;
      sum += strlen(attr[0]) + strlen(attr[1]);
      free(attr[0]);
      free(attr[1]);
    }
    free(node->attrs);
    free(node->name);
    for (Node *each = node->first, *next; each != NULL; each = next) {
      next = each->next;
      touch_and_free(each);
    }
  }
  free(node);
}

static void on_start(void *data, const XML_Char *name, const XML_Char **attrs) {
  if (depth++ == 0) return;
  if (!builds) {
    elements++;
    sum += strlen(name);
    for (; *attrs != NULL; attrs += 2) {
      attributes++;
      sum += strlen(attrs[0]) + strlen(attrs[1]);
    }
    return;
  }
  Node *node = child();
  size_t count = 0;
  while (attrs[count] != NULL) count++;
  node->name = strdup(name);
  node->attrs = malloc((count + 1) * sizeof(char *));
  for (size_t i = 0; i < count; i++) node->attrs[i] = strdup(attrs[i]);
  node->attrs[count] = NULL;
  open = node;
}

static void on_end(void *data, const XML_Char *name) {
  depth--;
  if (depth == 1) stanzas++;
  if (!builds || open == NULL) return;
  Node *closed = open;
  open = closed->parent;
  if (open == NULL) touch_and_free(closed);
}

static void on_text(void *data, const XML_Char *text, int length) {
  if (depth < 2) return;
  if (!builds) {
    sum += length;
    return;
  }
  Node *node = open->last;
  if (node == NULL || node->name != NULL) node = child();
  if (node->length + length > node->capacity) {
    node->capacity = (node->length + length) * 2;
    node->text = realloc(node->text, node->capacity);
  }
  memcpy(node->text + node->length, text, length);
  node->length += length;
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  FILE *file = fopen(argv[1], "rb");
  if (file == NULL) return 2;
  fseek(file, 0, SEEK_END);
  size_t size = ftell(file);
  rewind(file);
  char *bytes = malloc(size);
  if (fread(bytes, 1, size, file) != size) return 2;
  size_t chunk = strtoul(argv[2], NULL, 10);
  builds = strcmp(argv[3], "tree") == 0;
  for (int round = atoi(argv[4]); round > 0; round--) {
    stanzas = elements = attributes = sum = 0;
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    parser = XML_ParserCreateNS("UTF-8", '}');
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    for (size_t at = 0; at < size; at += chunk) {
      size_t length = size - at < chunk ? size - at : chunk;
      if (XML_Parse(parser, bytes + at, length, at + length == size) != XML_STATUS_OK) return 1;
    }
    XML_ParserFree(parser);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    printf("%.3f %zu %zu %zu\n", (to.tv_sec - from.tv_sec) * 1e3 + (to.tv_nsec - from.tv_nsec) / 1e6, stanzas, elements,
           attributes);
  }
  return sum == 0;
}
