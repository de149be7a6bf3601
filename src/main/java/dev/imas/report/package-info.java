/**
 * What a run leaves for people: one HTML file of what its directory holds. Reads the files through
 * {@link dev.imas.run} and knows neither the trainer that writes them nor libtorch; so a report can be made anywhere,
 * also of a run that was killed. {@link dev.imas.report.ReportWriter} is the way in. {@link dev.imas.report.DataPage}
 * is the like page of a data set before it is trained on.
 */
package dev.imas.report;
