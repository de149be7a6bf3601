/**
 * From files to batches of bytes: a {@link dev.imas.data.Dataset} is lists of pictures and masks, found by a layout
 * or generated; a {@link dev.imas.data.DataLoader} decodes, augments and packs them in threads of its own. What a
 * sample shows depends on seed, epoch and sample alone, never on the threads. Knows no libtorch.
 */
package dev.imas.data;
