/* Images that are mapped to programs or folders of this machine. */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

enum { IMAGES_MAX = 1024 };

int korch__process_images_copy(process_runtime *runtime, const korch_process_options *options,
                               korch_error **err)
{
	if (options->n_images > IMAGES_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "at most %d images can be mapped", IMAGES_MAX);
	size_t n = options->n_images;
	runtime->image_names = korch__calloc(n + 1, sizeof(char *));
	runtime->image_paths = korch__calloc(n + 1, sizeof(char *));
	if (!runtime->image_names || !runtime->image_paths)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const korch_process_image *image = &options->images[i];
		if (!image->name || !*image->name || !image->path || *image->path != '/')
			return korch_error_set(
			    err, KORCH_E_INVALID, "image \"%s\": an absolute path is needed, not \"%s\"",
			    korch__text_or_empty(image->name), korch__text_or_empty(image->path));
		runtime->image_names[i] = korch__strdup(image->name);
		runtime->image_paths[i] = korch__strdup(image->path);
		runtime->n_images = i + 1;
		if (!runtime->image_names[i] || !runtime->image_paths[i])
			return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	return 0;
}

void korch__process_images_free(process_runtime *runtime)
{
	for (size_t i = 0; i < runtime->n_images; i++) {
		korch__free(runtime->image_names[i]);
		korch__free(runtime->image_paths[i]);
	}
	korch__free(runtime->image_names);
	korch__free(runtime->image_paths);
}

/* "docker.io/library/nginx:1.14.2@sha256:…" → its parts; lengths in bytes. */
struct reference {
	const char *repository;
	size_t repository_length;
	const char *suffix; /* ":tag" or "@digest", "" for none */
};

static struct reference parse(const char *image)
{
	static const char *const DEFAULTS[] = {"docker.io/", "index.docker.io/", "library/"};
	for (size_t i = 0; i < KORCH_COUNT(DEFAULTS); i++)
		if (korch__text_has_prefix(image, DEFAULTS[i]))
			image += strlen(DEFAULTS[i]);
	const char *slash = strrchr(image, '/');
	const char *name = slash ? slash : image;
	size_t length = (size_t)(name - image) + strcspn(name, ":@");
	return (struct reference){image, length, image + length};
}

const char *korch__process_image_path(const process_runtime *runtime, const char *image)
{
	struct reference wanted = parse(image);
	const char *without_tag = NULL;
	for (size_t i = 0; i < runtime->n_images; i++) {
		struct reference mapped = parse(runtime->image_names[i]);
		if (mapped.repository_length != wanted.repository_length ||
		    strncmp(mapped.repository, wanted.repository, wanted.repository_length) != 0)
			continue;
		if (strcmp(mapped.suffix, wanted.suffix) == 0)
			return runtime->image_paths[i];
		if (!*mapped.suffix)
			without_tag = runtime->image_paths[i];
	}
	return without_tag;
}
