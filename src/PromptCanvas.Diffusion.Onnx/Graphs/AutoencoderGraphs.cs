namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The two networks of an autoencoder. One file holds the weights of both, so each graph also lists the weights of the other half.</summary>
internal static class AutoencoderGraphs
{
    /// <param name="config">Its sizes.</param>
    public static NetworkGraph Encoder(AutoencoderConfig config) => Build(config, AutoencoderEncoder.Add, AutoencoderDecoder.Add);

    /// <param name="config">Its sizes.</param>
    public static NetworkGraph Decoder(AutoencoderConfig config) => Build(config, AutoencoderDecoder.Add, AutoencoderEncoder.Add);

    private static NetworkGraph Build(AutoencoderConfig config, Action<GraphBuilder, AutoencoderConfig> add, Action<GraphBuilder, AutoencoderConfig> addOther)
    {
        var (graph, other) = (new GraphBuilder(), new GraphBuilder());
        add(graph, config);
        addOther(other, config);
        foreach (var weight in other.Finish().Weights)
        {
            graph.HostWeight(weight.Name, weight.Shape);
        }

        // A MoVQ's file also holds a codebook that nothing uses.
        if (config.Kind == AutoencoderKind.Movq)
        {
            graph.HostWeight("quantize.embedding.weight", config.CodebookEntries, config.LatentChannels);
        }

        return graph.Finish();
    }
}
